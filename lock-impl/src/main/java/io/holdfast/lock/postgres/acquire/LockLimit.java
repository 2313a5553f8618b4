// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.postgres.thread.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Limits the number of locks that a locker holds or waits for, so that the server's lock table does not fill up. */
public final class LockLimit {

    private final int limit;
    private final Semaphore permits;

    public LockLimit(int limit) {
        this.limit = limit;
        this.permits = new Semaphore(limit, true);
    }

    int limit() {
        return limit;
    }

    boolean isReached() {
        return permits.availablePermits() == 0;
    }

    /**
     * Counts one more lock, and waits for others to end if there are too many; returns false if that takes too long.
     */
    boolean tryAcquire(Deadline by) throws InterruptedException {
        return permits.tryAcquire(by.remainingNanos(), TimeUnit.NANOSECONDS);
    }

    /** Counts one more lock, unless there are too many. */
    boolean tryNow() {
        return permits.tryAcquire();
    }

    void release() {
        permits.release();
    }
}
