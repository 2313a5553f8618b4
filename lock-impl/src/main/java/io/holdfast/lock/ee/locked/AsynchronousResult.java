// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import jakarta.enterprise.concurrent.Asynchronous;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a method with Jakarta Concurrency's {@code @Asynchronous} and the future that its caller has. The
 * method gets another future from {@code Asynchronous.Result}, so that the caller's future is not complete before the
 * lock is released.
 *
 * @see <a href="https://jakarta.ee/specifications/concurrency/3.0/">Jakarta Concurrency 3.0</a>
 */
final class AsynchronousResult {

    /** Null if the container has none. */
    private final @Nullable CompletableFuture<Object> ofCaller;

    private final CompletableFuture<Object> ofMethod = new CompletableFuture<>();

    private AsynchronousResult(@Nullable CompletableFuture<Object> ofCaller) {
        this.ofCaller = ofCaller;
    }

    /** To be called on the thread of the method, before it runs. */
    static AsynchronousResult begin() {
        AsynchronousResult result = new AsynchronousResult(futureOfCaller());
        if (result.ofCaller != null) {
            // The caller or the container may cancel it.
            result.ofCaller.whenComplete((value, failure) -> complete(result.ofMethod, value, failure));
            Asynchronous.Result.setFuture(result.ofMethod);
        }
        return result;
    }

    private static @Nullable CompletableFuture<Object> futureOfCaller() {
        try {
            return Asynchronous.Result.getFuture();
        } catch (IllegalStateException e) {
            return null;
        }
    }

    private static void complete(
            CompletableFuture<Object> future, @Nullable Object value, @Nullable Throwable failure) {
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

    /** Returns the result for the caller: a method may also complete its future and return null. */
    @Nullable
    Object of(@Nullable Object returned) {
        return returned == null && ofMethod.isDone() ? ofMethod : returned;
    }
}
