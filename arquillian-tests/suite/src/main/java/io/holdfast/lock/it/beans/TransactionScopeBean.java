// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.concurrent.Callable;

/** Locks of scope TRANSACTION in a CDI bean; a method-level annotation overrides the class-level one. */
@ApplicationScoped
@Locked(value = Keys.ANOTHER, waitAtMost = Locked.IMMEDIATE)
public class TransactionScopeBean {

    @Transactional
    @Locked(value = Keys.SHARED, scope = LockScope.TRANSACTION, waitAtMost = Locked.IMMEDIATE)
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }
}
