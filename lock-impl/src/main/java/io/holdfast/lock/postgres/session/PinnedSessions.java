// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.thread.Deadline;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Gives each lock a session, and so a connection, of its own, and keeps none after the release. */
public final class PinnedSessions implements SessionAllocation {

    @Override
    public Optional<LockSession> take(long lockId, Deadline by, Runnable permitted, Progress progress) {
        return Optional.empty();
    }

    @Override
    public boolean adopt(LockSession dedicated, long lockId) {
        return false;
    }

    /** A session whose lock went to another session, when it was yielded, still has to be restored. */
    @Override
    public void putBack(LockSession session, long lockId) {
        try {
            if (!session.locks().isReady() || session.locks().restore()) {
                session.returnToPool();
            } else {
                session.abort();
            }
        } catch (SQLException | RuntimeException e) {
            session.abort();
        }
    }

    @Override
    public Collection<LockSession> idle() {
        return List.of();
    }

    @Override
    public void close() {}
}
