// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.SessionName;
import io.holdfast.lock.postgres.sql.SessionSettings;

/** Decides what a session is set to while it holds locks. */
final class SessionTerms {

    private SessionTerms() {}

    /** For a session that is for this lock alone, at least at first. */
    static SessionSettings of(LockRequest request, LockerConfig config) {
        boolean enforced = request.lease() == Lease.ENFORCED;
        if (!enforced && config.sessions() == SessionMode.SHARED) {
            return ofMany(config);
        }
        return new SessionSettings(
                enforced ? request.ttl() : config.heartbeat(),
                enforced,
                SessionName.of(config.namespace(), config.publishKeys() ? request.key() : null));
    }

    /** For a session for many locks. */
    static SessionSettings ofMany(LockerConfig config) {
        return new SessionSettings(config.heartbeat(), false, SessionName.ofMany(config.namespace()));
    }
}
