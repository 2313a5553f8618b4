// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Admits work to keeper threads, in the order in which it enters, and no more at once than there can be sessions. Work
 * that has to wait needs no thread.
 */
public final class Admission {

    private final Keepers keepers;
    private final int limit;

    /** The work that waits, in its order. Guarded by this. */
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    /** The number of threads that work. Guarded by this. */
    private int working;

    public Admission(Keepers keepers, int limit) {
        this.keepers = keepers;
        this.limit = limit;
    }

    /**
     * Runs the work on a keeper thread, now or later.
     *
     * @throws RejectedExecutionException if the locker is closed
     * @throws OutOfMemoryError if there is no thread available, now or soon
     */
    public void enter(Runnable work) {
        synchronized (this) {
            if (working == limit) {
                waiting.add(work);
                return;
            }
            working++;
        }
        boolean started = false;
        try {
            keepers.execute(() -> runAll(work));
            started = true;
        } finally {
            if (!started) {
                passOn();
            }
        }
    }

    /**
     * Tries to start a thread for work that has entered since then, which relies on the thread that was not available.
     * If that fails, too, the work waits for another thread.
     */
    private void passOn() {
        Runnable next = next();
        if (next != null) {
            try {
                keepers.execute(() -> runAll(next));
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                synchronized (this) {
                    working--;
                    waiting.add(next);
                }
            }
        }
    }

    private void runAll(Runnable first) {
        for (Runnable work = first; work != null; work = next()) {
            try {
                work.run();
            } catch (Throwable e) {
                Messages.acquisitionFailed(e);
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        if (waiting.isEmpty()) {
            working--;
            return null;
        }
        Runnable next = waiting.iterator().next();
        waiting.remove(next);
        return next;
    }

    /** Removes the work if it still waits; returns whether it did, and so will never run. */
    public synchronized boolean leave(Runnable work) {
        return waiting.remove(work);
    }
}
