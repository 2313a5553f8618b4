// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.ee.key.KeyTemplate;
import java.time.Duration;

/**
 * One lock of a {@code @Locked} method, whatever its key is in a call.
 *
 * @param key makes the key of a call
 * @param prototype the request with any key; the settings are applied already
 * @param waitAtMost how long to wait for this lock, and for all others of the call that come after it
 */
record LockTemplate(KeyTemplate key, LockRequest prototype, Duration waitAtMost) {

    /**
     * Returns the request with this key.
     *
     * @throws IllegalArgumentException if the key cannot be used
     */
    LockRequest request(String key) {
        LockRequest request = LockRequest.of(key)
                .name(prototype.name())
                .mode(prototype.mode())
                .fenced(prototype.fenced())
                .scope(prototype.scope());
        return prototype.lease() == Lease.ENFORCED
                ? request.enforcedTtl(prototype.ttl())
                : request.ttl(prototype.ttl());
    }
}
