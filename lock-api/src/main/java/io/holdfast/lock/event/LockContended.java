// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockMode;
import java.time.Duration;

/**
 * Reports that a lock was not granted because another caller held it.
 *
 * @param key the name of what is locked
 * @param name the name that all locks of this kind have in common
 * @param mode how the lock excludes others
 * @param waited the time from the call to its end
 * @param timedOut whether the caller waited for the lock; false if it only tried
 * @since 0.1.0
 */
public record LockContended(String key, String name, LockMode mode, Duration waited, boolean timedOut)
        implements LockEvent {

    /** Returns all parts; the key and the name are shown by {@link KeyText}. */
    @Override
    public String toString() {
        return "LockContended[key=" + KeyText.of(key) + ", name=" + KeyText.of(name) + ", mode=" + mode + ", waited="
                + waited + ", timedOut=" + timedOut + "]";
    }
}
