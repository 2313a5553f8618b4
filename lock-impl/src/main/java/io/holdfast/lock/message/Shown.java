// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.message;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;

/** Shows locks and durations in messages. */
public final class Shown {

    private static final double MILLIS_PER_SECOND = 1000.0;

    private Shown() {}

    /**
     * Shows a lock by its key.
     *
     * @param key the key
     * @return such as {@code lock 'order/42'}
     */
    public static String lock(String key) {
        return "lock " + KeyText.of(key);
    }

    /**
     * Shows a lock by its key and its number on the server.
     *
     * @param key the key
     * @param lockId the number
     * @return such as {@code lock 'order/42' (lock id -4157212354532121)}
     */
    public static String lock(String key, long lockId) {
        return "lock " + KeyText.of(key, lockId);
    }

    /**
     * Shows the lock of an attempt.
     *
     * @param attempt the attempt
     * @return such as {@code lock 'order/42' (lock id -4157212354532121)}
     */
    public static String lock(LockAttempt attempt) {
        return lock(attempt.request().key(), attempt.lockId());
    }

    /**
     * Shows a duration in seconds.
     *
     * @param duration the duration
     * @return such as {@code 2.5 s}
     */
    public static String seconds(Duration duration) {
        return duration.toMillis() / MILLIS_PER_SECOND + " s";
    }
}
