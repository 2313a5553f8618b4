// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.thread.Deadline;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/** Decides which session has a lock. Unless noted otherwise, methods block on JDBC, so only keepers call them. */
public interface SessionAllocation {

    /**
     * Takes a place for the lock on a shared session, which is ready, and does not have this lock; empty if every lock
     * has a dedicated session.
     *
     * @param by until when to wait for a permit to open a session, if one has to be opened
     * @param permitted what to do when there is a permit
     * @param progress notified while the new session is checked
     */
    Optional<LockSession> take(long lockId, Deadline by, Runnable permitted, Progress progress)
            throws SQLException, InterruptedException;

    /**
     * Takes a session that was kept after the release of its only lock, for another lock alone; empty if there is none.
     * Does not block, so any thread may call this. The session is ready, and was proven fit.
     */
    default Optional<LockSession> takeKept(long lockId) {
        return Optional.empty();
    }

    /**
     * Takes a place for the lock on a shared session that is open, ready and not busy; empty if there is none. Does not
     * block, so any thread may call this.
     */
    default Optional<LockSession> takeShared(long lockId) {
        return Optional.empty();
    }

    /**
     * Whether to keep this session, which is for one lock alone, when that lock is unlocked. If not, its settings are
     * restored together with the unlock. Does not block.
     */
    default boolean keeps(LockSession session) {
        return false;
    }

    /** To be called when a kept session was found lost, since the others may be lost as well. Does not block. */
    default void distrustKept() {}

    /** The lock was granted on this dedicated session. Whether the session is shared from now on. */
    boolean adopt(LockSession dedicated, long lockId);

    /**
     * Puts back the place of the lock, which the session does not hold any more, and returns or keeps a session that
     * is not needed.
     */
    void putBack(LockSession session, long lockId);

    /** The sessions that are open and have no lock. */
    Collection<LockSession> idle();

    /** Returns all idle sessions, and keeps none from now on. */
    void close();
}
