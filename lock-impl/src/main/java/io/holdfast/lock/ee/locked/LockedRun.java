// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LossPolicy;
import io.holdfast.lock.ee.definition.LockedMethod;
import jakarta.interceptor.InvocationContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Runs a method that has its locks, and releases them when its work is done. */
final class LockedRun {

    private final CallChain chain;
    private final LockedCall call;
    private final LockedMethod method;
    private final long grantedNanos = System.nanoTime();

    LockedRun(CallChain chain, LockedCall call, LockedMethod method) {
        this.chain = chain;
        this.call = call;
        this.method = method;
    }

    @Nullable
    Object run(InvocationContext context) throws Exception {
        Object result;
        try {
            result = proceed(context);
            // In scope TRANSACTION the transaction keeps the lock anyway, and no longer than it lasts.
            if (result instanceof CompletionStage<?> stage && method.locked().scope() == LockScope.SESSION) {
                call.keepForOpenTransaction();
                return releasedAfter(stage);
            }
        } catch (Throwable failure) {
            releaseAfter(failure);
            throw failure;
        }
        release();
        return result;
    }

    private @Nullable Object proceed(InvocationContext context) throws Exception {
        LossInterrupt interrupt = new LossInterrupt(Thread.currentThread());
        chain.enter(call);
        try {
            call.joinTransaction();
            if (method.locked().onLoss() == LossPolicy.INTERRUPT) {
                call.onLoss(interrupt);
            }
            return method.hasResultFuture() ? proceedWithResultFuture(context) : context.proceed();
        } finally {
            call.end(interrupt);
            chain.leave(call);
        }
    }

    private static @Nullable Object proceedWithResultFuture(InvocationContext context) throws Exception {
        AsynchronousResult result = AsynchronousResult.begin();
        try {
            return result.of(context.proceed());
        } finally {
            result.end();
        }
    }

    /** Returns a future that completes as the stage does, after the locks are released. */
    private CompletableFuture<Object> releasedAfter(CompletionStage<?> stage) {
        CompletableFuture<Object> result = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            if (failure != null) {
                releaseAfter(failure);
                result.completeExceptionally(failure);
                return;
            }
            try {
                release();
                result.complete(value);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        if (stage instanceof CompletableFuture<?> work) {
            result.whenComplete((value, failure) -> {
                if (result.isCancelled()) {
                    work.cancel(true);
                }
            });
        }
        return result;
    }

    private void releaseAfter(Throwable failure) {
        try {
            release();
        } catch (Throwable e) {
            failure.addSuppressed(e);
        }
    }

    /** To be called on the thread that ends the work, because its transaction may have begun under the locks. */
    private void release() {
        try {
            call.keepForOpenTransaction();
        } finally {
            releaseLocks();
        }
        call.requireKept();
    }

    private void releaseLocks() {
        LockHandles handles = call.handles();
        Duration left = method.minHold().minusNanos(System.nanoTime() - grantedNanos);
        if (left.isNegative() || left.isZero() || call.isLost()) {
            handles.release();
        } else {
            handles.all().forEach(handle -> call.domain().closeAfter(handle, left));
        }
    }
}
