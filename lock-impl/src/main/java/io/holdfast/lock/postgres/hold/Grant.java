// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.postgres.session.LockSession;
import org.jspecify.annotations.Nullable;

/**
 * A lock that the server has granted to a session.
 *
 * @param session the session that holds the lock
 * @param lockId the number of the lock
 * @param dedicated whether the session is for this lock alone
 * @param token the fencing token; null if none was requested
 * @param ttlStartNanos when the ttl began, as this side counts
 * @param provenNanos the last moment at which the session is known to have held the lock, as this side counts
 */
public record Grant(
        LockSession session,
        long lockId,
        boolean dedicated,
        @Nullable FencingToken token,
        long ttlStartNanos,
        long provenNanos) {

    /** Returns the same grant on a session that may get other locks from now on. */
    public Grant onSharedSession() {
        return new Grant(session, lockId, false, token, ttlStartNanos, provenNanos);
    }
}
