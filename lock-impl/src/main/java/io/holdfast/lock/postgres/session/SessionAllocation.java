// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.thread.Deadline;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/** Decides which session a lock lives on. The methods block on JDBC and are called on keeper threads only. */
public interface SessionAllocation {

    /**
     * A session that may hold other locks, but not this one, and is ready for it; empty if every lock has a session of its
     * own.
     *
     * @param by until when to wait for another session, if that is needed
     * @param permitted runs when the limit of sessions allows another
     * @param progress told while the new one is checked
     */
    Optional<LockSession> take(long lockId, Deadline by, Runnable permitted, Progress progress)
            throws SQLException, InterruptedException;

    /** The lock was granted on this session of its own; whether that takes other locks besides from now on. */
    boolean adopt(LockSession own, long lockId);

    /** Takes a session back, or the share of this lock in it. The lock is not held by it any more. */
    void putBack(LockSession session, long lockId);

    /** Sessions that are open without a lock. */
    Collection<LockSession> idle();

    /** Gives all idle sessions back and keeps none from now on. */
    void close();
}
