// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockMode;
import java.time.Duration;

/**
 * A lock was given back.
 *
 * @param key the name of what is locked
 * @param name what all locks of this kind have in common
 * @param mode how the lock excludes others
 * @param held from the grant to the release
 */
public record LockReleased(String key, String name, LockMode mode, Duration held) implements LockEvent {

    /** All parts, with the key and the name as {@link KeyText} shows them. */
    @Override
    public String toString() {
        return "LockReleased[key=" + KeyText.of(key) + ", name=" + KeyText.of(name) + ", mode=" + mode + ", held="
                + held + "]";
    }
}
