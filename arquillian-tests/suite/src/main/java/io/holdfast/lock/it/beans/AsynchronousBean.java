// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.concurrent.Asynchronous;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Work that goes on after the call. */
@ApplicationScoped
public class AsynchronousBean {

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> CompletionStage<T> stage(CompletionStage<T> work) {
        return work;
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> CompletableFuture<T> future(CompletableFuture<T> work) {
        return work;
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public void around(Runnable work) {
        work.run();
    }

    /** On a thread of the container; outside of the lock's interceptor. */
    @Asynchronous
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public CompletableFuture<Object> asynchronous(Callable<?> work) throws Exception {
        return CompletableFuture.completedFuture(work.call());
    }

    /** Completes the future that the container has for it, and goes on. */
    @Asynchronous
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public CompletableFuture<Object> completing(Object value, Callable<?> afterwards) throws Exception {
        CompletableFuture<Object> result = Asynchronous.Result.getFuture();
        result.complete(value);
        afterwards.call();
        return result;
    }
}
