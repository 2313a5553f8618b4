// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.postgres.session.LockSession;
import org.jspecify.annotations.Nullable;

/**
 * What the server granted.
 *
 * @param session the session that holds the lock
 * @param lockId the lock's number
 * @param dedicated whether the session is for this lock alone
 * @param token the fencing token; null if none was requested
 * @param ttlStartNanos when the ttl began, as this side counts
 */
public record Grant(
        LockSession session,
        long lockId,
        boolean dedicated,
        @Nullable FencingToken token,
        long ttlStartNanos) {

    /** The same grant on a session that takes other locks from now on. */
    public Grant onSharedSession() {
        return new Grant(session, lockId, false, token, ttlStartNanos);
    }
}
