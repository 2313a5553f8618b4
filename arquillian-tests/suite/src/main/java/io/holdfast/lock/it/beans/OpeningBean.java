// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Without transactions of the container, so that what it runs may begin and end them. */
@ApplicationScoped
public class OpeningBean {

    @Locked(
            value = {Keys.SHARED, Keys.ANOTHER},
            waitAtMost = Locked.IMMEDIATE)
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE, minHold = 1)
    public <T> T holding(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> CompletableFuture<T> stage(Callable<CompletableFuture<T>> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE, scope = LockScope.TRANSACTION)
    public <T> T inTransaction(Callable<T> work) throws Exception {
        return work.call();
    }
}
