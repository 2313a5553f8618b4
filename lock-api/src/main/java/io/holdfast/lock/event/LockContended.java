// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockMode;
import java.time.Duration;

/**
 * A lock was not granted, because somebody else held it.
 *
 * @param key the name of what is locked
 * @param name what all locks of this kind have in common
 * @param mode how the lock excludes others
 * @param waited from the call to giving up
 * @param timedOut whether it was waited for; false for a try
 */
public record LockContended(String key, String name, LockMode mode, Duration waited, boolean timedOut)
        implements LockEvent {

    /** All parts, with the key and the name as {@link KeyText} shows them. */
    @Override
    public String toString() {
        return "LockContended[key=" + KeyText.of(key) + ", name=" + KeyText.of(name) + ", mode=" + mode + ", waited="
                + waited + ", timedOut=" + timedOut + "]";
    }
}
