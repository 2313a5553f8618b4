// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** What the next message is to do, and what came of it. */
public record MessageTask(Callable<?> work, CompletableFuture<Object> result) implements Runnable {

    private static final AtomicReference<MessageTask> CURRENT = new AtomicReference<>();

    public static MessageTask next(Callable<?> work) {
        MessageTask task = new MessageTask(work, new CompletableFuture<>());
        CURRENT.set(task);
        return task;
    }

    static MessageTask current() {
        return CURRENT.get();
    }

    @Override
    public void run() {
        try {
            result.complete(work.call());
        } catch (Throwable t) {
            result.completeExceptionally(t);
        }
    }
}
