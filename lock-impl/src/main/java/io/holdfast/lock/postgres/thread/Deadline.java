// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A moment of the monotonic clock, and the same moment of the wall clock; both are meaningless if it is unlimited.
 *
 * @param unlimited whether the deadline never passes
 * @param nanos the moment of the monotonic clock; compared by subtraction only
 * @param wallMillis the moment of the wall clock
 */
public record Deadline(boolean unlimited, long nanos, long wallMillis) {

    /** A longer span than this (73 years) does not end while a JVM runs, and would overflow the clock's arithmetic. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

    /** It never passes. */
    public static final Deadline NEVER = new Deadline(true, 0, 0);

    public static Deadline after(Duration span) {
        long now = System.nanoTime();
        return from(now, span, now);
    }

    public static Deadline from(long startNanos, Duration span) {
        return from(startNanos, span, System.nanoTime());
    }

    /**
     * As {@link #from(long, Duration)}, for those who have just read the clock.
     *
     * @param now the value of {@link System#nanoTime}
     */
    public static Deadline from(long startNanos, Duration span, long now) {
        if (span.compareTo(LONGEST) > 0) {
            return NEVER;
        }
        long nanos = startNanos + span.toNanos();
        return new Deadline(false, nanos, WallClock.millis() + TimeUnit.NANOSECONDS.toMillis(nanos - now));
    }

    public Deadline earlier(Deadline other) {
        if (unlimited || other.unlimited) {
            return unlimited ? other : this;
        }
        return nanos - other.nanos <= 0 ? this : other;
    }

    /** Returns the later deadline; the other one if both are the same moment of the monotonic clock. */
    public Deadline later(Deadline other) {
        if (unlimited || other.unlimited) {
            return unlimited ? this : other;
        }
        return nanos - other.nanos > 0 ? this : other;
    }

    public boolean hasPassed() {
        return !unlimited && System.nanoTime() - nanos >= 0;
    }

    /** Whether it has passed at this value of {@link System#nanoTime}. */
    public boolean hasPassedAt(long now) {
        return !unlimited && now - nanos >= 0;
    }

    /** Whether it has passed by either clock. The monotonic clock stands still while the machine is suspended. */
    public boolean mayHavePassed() {
        return !unlimited && (hasPassed() || WallClock.millis() >= wallMillis);
    }

    /** Whether it has passed by either clock, or passes within this time. */
    public boolean mayPassWithin(Duration span) {
        return !unlimited
                && (System.nanoTime() - nanos >= -span.toNanos() || WallClock.millis() >= wallMillis - span.toMillis());
    }

    /** Returns the remaining time: zero if the deadline has passed. */
    public Duration remaining() {
        if (unlimited) {
            return LockRequest.UNLIMITED;
        }
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    /** Returns the remaining nanoseconds, for the waiting methods of {@code java.util.concurrent}. */
    public long remainingNanos() {
        return unlimited ? Long.MAX_VALUE : Math.max(0, nanos - System.nanoTime());
    }
}
