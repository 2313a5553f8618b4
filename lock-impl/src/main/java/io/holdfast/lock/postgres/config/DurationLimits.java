// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import java.time.Duration;

/** The durations that the settings of a locker accept. */
public final class DurationLimits {

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration LONGEST_HAND_OVER = Duration.ofSeconds(1);
    private static final Duration LONGEST_KEPT_SESSION = Duration.ofMinutes(1);

    private DurationLimits() {}

    /** {@return whether this may be a timeout: it is positive and at most a day} */
    public static boolean isTimeout(Duration duration) {
        return !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST_TIMEOUT) <= 0;
    }

    /** {@return whether this may be a heartbeat: it is zero, or 1 s to a day} */
    public static boolean isHeartbeat(Duration duration) {
        return duration.isZero() || (isTimeout(duration) && duration.compareTo(SHORTEST_HEARTBEAT) >= 0);
    }

    /** {@return whether a lock may be handed over for this time: it is zero to 1 s} */
    public static boolean isHandOver(Duration duration) {
        return !duration.isNegative() && duration.compareTo(LONGEST_HAND_OVER) <= 0;
    }

    /** {@return whether a session may be kept for this time: it is zero to a minute} */
    public static boolean isKeepSession(Duration duration) {
        return !duration.isNegative() && duration.compareTo(LONGEST_KEPT_SESSION) <= 0;
    }
}
