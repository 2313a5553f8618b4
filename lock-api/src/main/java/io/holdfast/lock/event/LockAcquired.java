// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockMode;
import java.time.Duration;

/**
 * A lock was granted.
 *
 * @param key the name of what is locked
 * @param name what all locks of this kind have in common
 * @param mode how the lock excludes others
 * @param waited from the call to the grant
 */
public record LockAcquired(String key, String name, LockMode mode, Duration waited) implements LockEvent {

    /** All parts, with the key and the name as {@link KeyText} shows them. */
    @Override
    public String toString() {
        return "LockAcquired[key=" + KeyText.of(key) + ", name=" + KeyText.of(name) + ", mode=" + mode + ", waited="
                + waited + "]";
    }
}
