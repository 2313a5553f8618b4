// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import java.time.Duration;

/**
 * What a session is set to while it holds a lock.
 *
 * @param lease after which silence the server ends it; zero for never
 * @param isHeartbeat whether the lease is the locker's heartbeat, as opposed to an enforced ttl
 * @param name what it shows of the lock in its application name
 */
record SessionTerms(Duration lease, boolean isHeartbeat, SessionName name) {

    /** Of a session for this lock alone, at least at first. */
    static SessionTerms of(LockRequest request, LockerConfig config) {
        boolean enforced = request.lease() == Lease.ENFORCED;
        if (!enforced && config.sessions() == SessionMode.SHARED) {
            return shared(config);
        }
        return new SessionTerms(
                enforced ? request.ttl() : config.heartbeat(),
                !enforced && !config.heartbeat().isZero(),
                SessionName.of(config.namespace(), config.publishKeys() ? request.key() : null));
    }

    /** Of a session for many locks. */
    static SessionTerms shared(LockerConfig config) {
        return new SessionTerms(
                config.heartbeat(), !config.heartbeat().isZero(), SessionName.shared(config.namespace()));
    }
}
