// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockMode;
import java.time.Duration;

/**
 * Reports that a lock was released.
 *
 * @param key the name of what is locked
 * @param name the name that all locks of this kind have in common
 * @param mode how the lock excludes others
 * @param held the time from the grant to the release
 * @since 0.1.0
 */
public record LockReleased(String key, String name, LockMode mode, Duration held) implements LockEvent {

    /** Returns all parts; the key and the name are shown by {@link KeyText}. */
    @Override
    public String toString() {
        return "LockReleased[key=" + KeyText.of(key) + ", name=" + KeyText.of(name) + ", mode=" + mode + ", held="
                + held + "]";
    }
}
