// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The ttl of a held lock, the moment at which it passes, and the timer that ends the lock at that moment if the ttl is
 * enforced. Refreshes write it one after the other; any thread may read it.
 */
final class Ttl {

    private record Term(Duration length, Deadline deadline) {}

    private final boolean enforced;
    private final Keepers keepers;
    private final Runnable lapse;
    private volatile Term term;

    /** Guarded by this. */
    private @Nullable Future<?> timer;

    /**
     * Creates a ttl that runs from this moment on.
     *
     * @param lapse ends the lock; called on a keeper thread when an enforced ttl has passed
     */
    Ttl(LockRequest request, long startNanos, Keepers keepers, Runnable lapse) {
        this.enforced = request.lease() == Lease.ENFORCED;
        this.keepers = keepers;
        this.lapse = lapse;
        this.term = new Term(request.ttl(), deadline(request.ttl(), startNanos));
    }

    /** The server counts an enforced ttl in whole milliseconds. */
    private Deadline deadline(Duration length, long startNanos) {
        return Deadline.from(startNanos, enforced ? Duration.ofMillis(length.toMillis()) : length);
    }

    Duration length() {
        return term.length();
    }

    Deadline deadline() {
        return term.deadline();
    }

    boolean hasPassed() {
        return term.deadline().hasPassed();
    }

    /** Whether the ttl is enforced and has passed, so that the server has released the lock. */
    boolean isEnforcedAndPassed() {
        return enforced && hasPassed();
    }

    /**
     * To be called before a new ttl is sent. If it is enforced and makes the deadline earlier, it counts from now on,
     * because the answer may never arrive.
     */
    void sending(Duration fresh, long sentNanos) {
        if (enforced) {
            term = new Term(term.length(), term.deadline().earlier(deadline(fresh, sentNanos)));
            watch();
        }
    }

    /** To be called when the server has confirmed the lock, and the new ttl if it is enforced. */
    void renewed(Duration fresh, long sentNanos) {
        term = new Term(fresh, deadline(fresh, sentNanos));
        watch();
    }

    /**
     * Starts the timer if the ttl is enforced. When such a ttl ends, the lock is gone whatever its holder does, and
     * others of this locker may have it.
     */
    synchronized void watch() {
        if (enforced) {
            stopWatching();
            timer = keepers.schedule(
                    () -> keepers.run(this::lapseIfDue), term.deadline().remaining());
        }
    }

    synchronized void stopWatching() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void lapseIfDue() {
        if (hasPassed()) {
            lapse.run();
        }
    }
}
