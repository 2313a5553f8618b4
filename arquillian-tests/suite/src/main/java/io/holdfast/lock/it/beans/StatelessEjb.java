// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.concurrent.Callable;

/** Container-managed transactions. */
@Stateless
public class StatelessEjb {

    @Resource
    private TransactionSynchronizationRegistry registry;

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public <T> T callWaiting(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public void awaitInterruptibly() throws InterruptedException {
        // The wait for the lock is all.
    }

    @Locked(value = Keys.SHARED, mode = LockMode.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T callShared(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public <T> T callWithoutTransaction(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T callAndRollBack(Callable<T> work) throws Exception {
        registry.setRollbackOnly();
        return work.call();
    }
}
