// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Short tasks that a few keeper threads work off in order. A task may hang, such as a statement on a broken connection or a
 * listener: one that has kept its thread for the patience is left to itself, and another thread goes on with those behind it.
 */
public final class WorkQueue {

    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final int THREADS = 4;

    private final Keepers keepers;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** How many threads work, without those that were left to themselves. */
    private final AtomicInteger working = new AtomicInteger();

    public WorkQueue(Keepers keepers) {
        this.keepers = keepers;
    }

    /** Does not wait for the task, unless there are no threads any more: then it runs here. */
    public void add(Runnable task) {
        tasks.add(task);
        if (working.get() < THREADS) {
            work();
        }
    }

    private void work() {
        working.incrementAndGet();
        keepers.submit(() -> {
            if (workOff()) {
                stopWorking();
            }
            return null;
        });
    }

    /** False if this thread was left to itself, and is replaced. */
    private boolean workOff() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            AtomicBoolean settled = new AtomicBoolean();
            try {
                Future<?> limit = keepers.schedule(() -> replace(settled), PATIENCE);
                try {
                    task.run();
                } finally {
                    limit.cancel(false);
                }
            } catch (Throwable e) {
                Messages.taskFailed(e);
            }
            if (!settled.compareAndSet(false, true)) {
                return false;
            }
        }
        return true;
    }

    /** On the timer's thread. */
    private void replace(AtomicBoolean settled) {
        if (settled.compareAndSet(false, true)) {
            stopWorking();
        }
    }

    /** A caller that adds a task while the last thread ends relies on this one. */
    private void stopWorking() {
        working.decrementAndGet();
        if (!tasks.isEmpty() && working.get() < THREADS) {
            work();
        }
    }
}
