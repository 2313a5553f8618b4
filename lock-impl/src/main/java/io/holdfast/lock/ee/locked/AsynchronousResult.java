// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import jakarta.enterprise.concurrent.Asynchronous;
import java.util.concurrent.CompletableFuture;

/**
 * Stands between a method with Jakarta Concurrency's {@code @Asynchronous} and the future that its caller has. The method gets
 * another future from {@code Asynchronous.Result}, so that the caller's is not complete before the lock is released.
 *
 * @see <a href="https://jakarta.ee/specifications/concurrency/3.0/">Jakarta Concurrency 3.0</a>
 */
final class AsynchronousResult {

    /** Null if the container has none. */
    private final CompletableFuture<Object> ofCaller;

    private final CompletableFuture<Object> ofMethod = new CompletableFuture<>();

    private AsynchronousResult(CompletableFuture<Object> ofCaller) {
        this.ofCaller = ofCaller;
    }

    /** To be called on the thread of the method, before it runs. */
    static AsynchronousResult begin() {
        AsynchronousResult result = new AsynchronousResult(present());
        if (result.ofCaller != null) {
            // The caller may cancel it, or the container.
            result.ofCaller.whenComplete((value, failure) -> complete(result.ofMethod, value, failure));
            Asynchronous.Result.setFuture(result.ofMethod);
        }
        return result;
    }

    private static CompletableFuture<Object> present() {
        try {
            return Asynchronous.Result.getFuture();
        } catch (IllegalStateException e) {
            return null;
        }
    }

    private static void complete(CompletableFuture<Object> future, Object value, Throwable failure) {
        if (failure == null) {
            future.complete(value);
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** To be called on the thread of the method, when it has returned or thrown. */
    void end() {
        if (ofCaller != null) {
            Asynchronous.Result.setFuture(ofCaller);
        }
    }

    /** What the method has for its caller: a method may also complete its future and return null. */
    Object of(Object returned) {
        return returned == null && ofMethod.isDone() ? ofMethod : returned;
    }
}
