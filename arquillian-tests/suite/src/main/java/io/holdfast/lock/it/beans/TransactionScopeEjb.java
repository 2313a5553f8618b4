// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.concurrent.Callable;

/** Locks of scope TRANSACTION in an EJB. */
@Stateless
public class TransactionScopeEjb {

    @Locked(value = Keys.SHARED, scope = LockScope.TRANSACTION, waitAtMost = Locked.IMMEDIATE)
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, scope = LockScope.TRANSACTION, mode = LockMode.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T callShared(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, scope = LockScope.TRANSACTION, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public <T> T callWithoutTransaction(Callable<T> work) throws Exception {
        return work.call();
    }
}
