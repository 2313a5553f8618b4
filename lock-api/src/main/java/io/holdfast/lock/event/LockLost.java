// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockMode;
import java.time.Duration;

/**
 * Reports that a lock has ended although its holder did not end it.
 *
 * @param key the name of what is locked
 * @param name the name that all locks of this kind have in common
 * @param mode how the lock excludes others
 * @param held the time from the grant until the loss was detected
 * @since 0.1.0
 */
public record LockLost(String key, String name, LockMode mode, Duration held) implements LockEvent {

    /** Returns all parts; the key and the name are shown by {@link KeyText}. */
    @Override
    public String toString() {
        return "LockLost[key=" + KeyText.of(key) + ", name=" + KeyText.of(name) + ", mode=" + mode + ", held=" + held
                + "]";
    }
}
