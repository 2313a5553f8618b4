// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.thread.Deadline;
import java.time.Duration;

/**
 * How long the server keeps a silent session, as far as this side may rely on it. It counts from the moment at which
 * the last answered statement was sent, and is a little shorter than the server's timeout.
 */
public final class Lifetime {

    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(1);

    private final Duration counted;

    /** The rest of the lifetime when a sign of life is due. */
    private final Duration rest;

    /** Written under the monitor of this. */
    private volatile Deadline end;

    Lifetime(Duration heartbeat, long sentNanos) {
        // The division of durations is slow.
        long nanos = heartbeat.toNanos();
        counted = Duration.ofNanos(nanos - Math.min(nanos / 10, LONGEST_MARGIN.toNanos()));
        rest = counted.minusNanos(nanos / 3);
        end = Deadline.from(sentNanos, counted);
    }

    public boolean hasEnded() {
        return end.hasPassed();
    }

    /** Whether the lifetime has ended by the monotonic clock or by the wall clock. */
    public boolean mayHaveEnded() {
        return end.mayHavePassed();
    }

    /** Whether a sign of life is due. */
    public boolean isTouchDue() {
        return end.mayPassWithin(rest);
    }

    /**
     * Notes an answer. False if it comes after the end, which is too late: others may have seen the session as lost.
     */
    synchronized boolean prolong(long sentNanos) {
        long now = System.nanoTime();
        if (end.hasPassedAt(now)) {
            return false;
        }
        // The answer to an earlier statement may be noted after the answer to a later one.
        end = end.later(Deadline.from(sentNanos, counted, now));
        return true;
    }

    /** Begins again at this moment, also if it has ended. */
    synchronized void restart(long sentNanos) {
        end = Deadline.from(sentNanos, counted);
    }
}
