// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.concurrent.Callable;

/** The annotation of the class stands for its methods. */
@ApplicationScoped
@Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
public class CdiBean {

    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.ANOTHER, waitAtMost = Locked.IMMEDIATE)
    public <T> T callUnderAnotherKey(Callable<T> work) throws Exception {
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

    @Transactional
    public <T> T callTransactional(Callable<T> work) throws Exception {
        return work.call();
    }
}
