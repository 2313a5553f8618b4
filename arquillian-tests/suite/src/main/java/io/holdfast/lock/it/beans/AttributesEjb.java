// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.concurrent.Callable;

/** Container-managed transactions with every attribute. */
@Stateless
public class AttributesEjb {

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.REQUIRED)
    public <T> T required(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public <T> T requiresNew(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.MANDATORY)
    public <T> T mandatory(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.SUPPORTS)
    public <T> T supports(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public <T> T notSupported(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.NEVER)
    public <T> T never(Callable<T> work) throws Exception {
        return work.call();
    }
}
