// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockRequest;
import java.time.Duration;

/**
 * A wait that may be continued: for the next of several locks, or by a repeated attempt. It began when this object was
 * made.
 */
public final class RemainingWait {

    private final Duration atMost;
    private final long startNanos = System.nanoTime();

    /**
     * Begins the wait.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public RemainingWait(Duration atMost) {
        this.atMost = LockRequest.requireWait(atMost);
    }

    /**
     * Returns how long to wait from now on.
     *
     * @return the remaining time; {@link LockRequest#IMMEDIATE} if none remains
     */
    public Duration remaining() {
        if (atMost.equals(LockRequest.UNLIMITED)) {
            return atMost;
        }
        Duration remaining = atMost.minusNanos(System.nanoTime() - startNanos);
        return remaining.isNegative() ? LockRequest.IMMEDIATE : remaining;
    }
}
