// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockMode;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One queue for each key that threads of this locker hold or wait for, first come first served. Whoever has its turn may
 * ask the server, and keeps the turn for as long as the lock is held; so many threads that want one key
 * exclusively cost one connection. This spares connections and round trips only: exclusion is the server's.
 */
final class LocalQueues {

    /** What an exclusive turn takes; a shared one takes one of these. */
    private static final int ALL = Integer.MAX_VALUE;

    private final ConcurrentHashMap<Long, Queue> queues = new ConcurrentHashMap<>();

    /** Waits for the turn until the deadline; empty if it does not come by then. */
    Optional<Turn> take(long lockId, LockMode mode, Deadline deadline) throws InterruptedException {
        Queue queue = queues.compute(lockId, (id, existing) -> (existing == null ? new Queue() : existing).join());
        int permits = mode == LockMode.SHARED ? 1 : ALL;
        boolean taken = false;
        try {
            taken = queue.permits.tryAcquire(permits, deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } finally {
            if (!taken) {
                leave(lockId);
            }
        }
        return taken ? Optional.of(new Turn(this, lockId, queue, permits)) : Optional.empty();
    }

    /** Whether somebody has a turn of the key, but has not come to ask the server yet, for want of a connection. */
    boolean isUnasked(long lockId) {
        Queue queue = queues.get(lockId);
        return queue != null && queue.unasked.get() > 0;
    }

    private void leave(long lockId) {
        queues.computeIfPresent(lockId, (id, queue) -> --queue.members == 0 ? null : queue);
    }

    private static final class Queue {
        final Semaphore permits = new Semaphore(ALL, true);

        /** Turns whose owners wait for a connection. */
        final AtomicInteger unasked = new AtomicInteger();

        /** Threads that wait or have their turn; guarded by the map's entry lock. */
        int members;

        Queue join() {
            members++;
            return this;
        }
    }

    /** The right to ask the server for a key. May be ended on any thread, and more than once. */
    static final class Turn {

        private final LocalQueues queues;
        private final long lockId;
        private final Queue queue;
        private final int permits;
        private final AtomicBoolean asked = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();

        private Turn(LocalQueues queues, long lockId, Queue queue, int permits) {
            this.queues = queues;
            this.lockId = lockId;
            this.queue = queue;
            this.permits = permits;
            queue.unasked.incrementAndGet();
        }

        /** There is a connection, so whether the lock can be had is now the server's word. */
        void asked() {
            if (asked.compareAndSet(false, true)) {
                queue.unasked.decrementAndGet();
            }
        }

        long lockId() {
            return lockId;
        }

        void end() {
            if (ended.compareAndSet(false, true)) {
                asked();
                queue.permits.release(permits);
                queues.leave(lockId);
            }
        }
    }
}
