// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.AcquireManyStatement;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement.Answer;
import io.holdfast.lock.postgres.sql.UnlockManyStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The statements of a session that several callers may share. An unlock does not share one with a try, which may fail
 * where an unlock does not, and with which the unlock would fail.
 */
final class CombinedStatements {

    private final CombinedRequests<Answer> tries;
    private final CombinedRequests<Boolean> unlocks;

    /**
     * Creates the statements of a session.
     *
     * @param oneStatement held while a statement of the session runs
     */
    CombinedStatements(ReentrantLock oneStatement, Asker session) {
        this.tries = new CombinedRequests<>(oneStatement, new CombinedRequests.Sender<>() {
            @Override
            public Answer one(LockMode mode, long lockId) throws SQLException {
                return session.ask(new ReadyAcquireStatement(mode, lockId, null, null, false));
            }

            @Override
            public Map<Long, Answer> many(LockMode mode, Collection<Long> lockIds) throws SQLException {
                return session.ask(new AcquireManyStatement(mode, lockIds));
            }
        });
        this.unlocks = new CombinedRequests<>(oneStatement, new CombinedRequests.Sender<>() {
            @Override
            public Boolean one(LockMode mode, long lockId) throws SQLException {
                return session.ask(session.toUnlock(mode, lockId));
            }

            @Override
            public Map<Long, Boolean> many(LockMode mode, Collection<Long> lockIds) throws SQLException {
                return session.ask(
                        new UnlockManyStatement(mode, lockIds, session.backend().pid()));
            }
        });
    }

    Answer tryAcquire(LockMode mode, long lockId) throws SQLException {
        return tries.ask(mode, lockId);
    }

    boolean unlock(LockMode mode, long lockId) throws SQLException {
        return unlocks.ask(mode, lockId);
    }

    /** How many requests wait for a statement to end. */
    int waiting() {
        return tries.waiting() + unlocks.waiting();
    }
}
