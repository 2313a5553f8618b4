// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockRequest;
import java.time.Duration;

/** A moment of the monotonic clock; {@code nanos} is compared by subtraction only and means nothing if unlimited. */
record Deadline(boolean unlimited, long nanos) {

    /** Longer spans than this (73 years) do not end while a JVM runs, and would overflow the clock's arithmetic. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

    static Deadline after(Duration span) {
        return from(System.nanoTime(), span);
    }

    static Deadline from(long startNanos, Duration span) {
        boolean unlimited = span.compareTo(LONGEST) > 0;
        return new Deadline(unlimited, unlimited ? 0 : startNanos + span.toNanos());
    }

    Deadline earlier(Deadline other) {
        if (unlimited || other.unlimited) {
            return unlimited ? other : this;
        }
        return nanos - other.nanos <= 0 ? this : other;
    }

    Deadline later(Deadline other) {
        return earlier(other).equals(this) ? other : this;
    }

    boolean hasPassed() {
        return !unlimited && System.nanoTime() - nanos >= 0;
    }

    /** What is left: zero if it has passed. */
    Duration remaining() {
        if (unlimited) {
            return LockRequest.UNLIMITED;
        }
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    /** What is left, in nanoseconds, as the waiting methods of java.util.concurrent take it. */
    long remainingNanos() {
        return unlimited ? Long.MAX_VALUE : Math.max(0, nanos - System.nanoTime());
    }
}
