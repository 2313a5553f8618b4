// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Lets work onto keeper threads, as much at once as can have a session of its own, in the order in which it came. What has to
 * wait costs no thread.
 */
public final class Admission {

    private final Keepers keepers;
    private final int limit;

    /** In their order. Guarded by this. */
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    /** How many threads work. Guarded by this. */
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
            keepers.execute(() -> workOff(work));
            started = true;
        } finally {
            if (!started) {
                giveUpThread();
            }
        }
    }

    /** What came to stand in line until now has counted on the thread that could not be had. */
    private void giveUpThread() {
        Runnable next = next();
        if (next != null) {
            try {
                keepers.execute(() -> workOff(next));
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                synchronized (this) {
                    working--;
                    waiting.add(next);
                }
            }
        }
    }

    private void workOff(Runnable first) {
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

    /** Whether the work was still waiting, and will never run. */
    public synchronized boolean leave(Runnable work) {
        return waiting.remove(work);
    }

    synchronized boolean isWaiting(Runnable work) {
        return waiting.contains(work);
    }
}
