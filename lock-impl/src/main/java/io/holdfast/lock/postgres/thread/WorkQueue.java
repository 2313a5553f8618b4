// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A queue of short tasks, which a few keeper threads run in order. A task may hang, for example a listener, or a
 * statement on a broken connection. When a task has occupied its thread for longer than the patience, another thread
 * runs the next tasks.
 */
public final class WorkQueue {

    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final int THREADS = 4;

    private final Keepers keepers;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** The number of threads that work, without those that were replaced because of a task that hangs. */
    private final AtomicInteger working = new AtomicInteger();

    public WorkQueue(Keepers keepers) {
        this.keepers = keepers;
    }

    /** Adds a task, without waiting for it. If no thread is available, it runs on the calling thread. */
    public void add(Runnable task) {
        tasks.add(task);
        if (working.get() < THREADS) {
            work();
        }
    }

    private void work() {
        working.incrementAndGet();
        keepers.submit(() -> {
            if (runTasks()) {
                stopWorking();
            }
            return null;
        });
    }

    /** Runs tasks until there are no more; returns false if this thread was replaced before. */
    private boolean runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            AtomicBoolean ended = new AtomicBoolean();
            try {
                Future<?> limit = keepers.schedule(() -> replace(ended), PATIENCE);
                try {
                    task.run();
                } finally {
                    limit.cancel(false);
                }
            } catch (Throwable e) {
                Messages.taskFailed(e);
            }
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
        }
        return true;
    }

    /** Runs on the timer's thread, when a task has taken too long. */
    private void replace(AtomicBoolean ended) {
        if (ended.compareAndSet(false, true)) {
            stopWorking();
        }
    }

    /**
     * Ends one thread, and starts another if a task was added at that moment, because its caller may have started none.
     */
    private void stopWorking() {
        working.decrementAndGet();
        if (!tasks.isEmpty() && working.get() < THREADS) {
            work();
        }
    }
}
