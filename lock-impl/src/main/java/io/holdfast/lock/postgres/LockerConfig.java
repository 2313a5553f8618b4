// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.util.Objects;

/**
 * How a locker behaves.
 *
 * @param namespace keeps applications that share a database apart; any number
 * @param waitAtMost how long to wait for a lock if the request does not say; zero to {@link LockRequest#UNLIMITED}
 * @param waitSlice how long one statement waits for a lock at most, since it holds back VACUUM meanwhile; a further one
 *     queues anew; positive, at most a day
 * @param connectionTimeout how long to wait for a pooled connection, and for the server's answer to a statement that does
 *     not wait; positive, at most a day
 * @param closeTimeout how long closing may take; positive, at most a day
 */
public record LockerConfig(
        int namespace, Duration waitAtMost, Duration waitSlice, Duration connectionTimeout, Duration closeTimeout) {

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

    /** Namespace 0, 60 s, 30 s, 5 s and 10 s. */
    public static final LockerConfig DEFAULT = new LockerConfig(
            0, Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(10));

    /**
     * Checks the ranges.
     *
     * @param namespace any number
     * @param waitAtMost not negative
     * @param waitSlice positive, at most a day
     * @param connectionTimeout positive, at most a day
     * @param closeTimeout positive, at most a day
     * @throws IllegalArgumentException if a duration is out of range
     */
    public LockerConfig {
        if (Objects.requireNonNull(waitAtMost, "waitAtMost").isNegative()) {
            throw new IllegalArgumentException("wait-at-most must not be negative: " + waitAtMost);
        }
        requireTimeout("wait-slice", waitSlice);
        requireTimeout("connection-timeout", connectionTimeout);
        requireTimeout("close-timeout", closeTimeout);
    }

    private static void requireTimeout(String name, Duration timeout) {
        if (!isTimeout(Objects.requireNonNull(timeout, name))) {
            throw new IllegalArgumentException(name + " must be positive and at most a day: " + timeout);
        }
    }

    /**
     * Whether this may be a time-out.
     *
     * @param duration any duration
     * @return whether it is positive and at most a day
     */
    public static boolean isTimeout(Duration duration) {
        return !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST_TIMEOUT) <= 0;
    }
}
