// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.DurationLimits;
import java.time.Duration;
import java.util.function.Predicate;

/** The durations that a kind of setting accepts. */
enum DurationRange {
    WAIT(Messages.WAIT, duration -> !duration.isNegative()),
    HOLD(Messages.HOLD, duration -> !duration.isNegative() && !duration.equals(LockRequest.UNLIMITED)),
    TTL(Messages.TTL, duration -> duration.compareTo(Duration.ofMillis(1)) >= 0),
    TIMEOUT(Messages.TIMEOUT, DurationLimits::isTimeout),
    HEARTBEAT(Messages.HEARTBEAT, DurationLimits::isHeartbeat),
    HAND_OVER(Messages.HAND_OVER, DurationLimits::isHandOver),
    KEEP_SESSION(Messages.KEEP_SESSION, DurationLimits::isKeepSession);

    private final String description;
    private final Predicate<Duration> condition;

    DurationRange(String description, Predicate<Duration> condition) {
        this.description = description;
        this.condition = condition;
    }

    /** Describes the range to users. */
    String description() {
        return description;
    }

    boolean contains(Duration duration) {
        return condition.test(duration);
    }
}
