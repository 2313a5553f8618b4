// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.HoldingsQuery;
import io.holdfast.lock.postgres.sql.HoldingsQuery.Holdings;
import io.holdfast.lock.postgres.sql.PlainLockStatement;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateStatement;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Proves with a lock that nobody else uses that locks of two sessions exclude each other: the lock of one session is
 * refused to the other one, shows in {@code pg_locks}, and is granted after its release. The same goes for a lock of a
 * transaction.
 */
final class ExclusionProof {

    private final LockSession one;
    private final int pid;
    private final LockSession other;
    private final Progress progress;
    private final LockerConfig config;
    private final long lockId = ThreadLocalRandom.current().nextLong();

    /**
     * A proof with these two sessions.
     *
     * @param pid the process id of the first one
     */
    ExclusionProof(LockSession one, int pid, LockSession other, Progress progress, LockerConfig config) {
        this.one = one;
        this.pid = pid;
        this.other = other;
        this.progress = progress;
        this.config = config;
    }

    /**
     * Fails if there is no exclusion. Returns when the server of both sessions started, which the servers have learned.
     */
    long prove(Servers servers) throws SQLException {
        progress.nextStep();
        expect(true, tryLock(one), Messages.FREE_LOCK_NOT_GRANTED);
        expect(false, tryLock(other), Messages.GRANTED_TO_ANOTHER);
        waitWithoutGrant();
        Holdings seen = other.ask(new HoldingsQuery(List.of(pid)));
        if (seen.standby()) {
            throw CommonMessages.standby("locks");
        }
        expect(true, seen.contains(pid, lockId, LockMode.EXCLUSIVE), Messages.NOT_IN_PG_LOCKS);
        servers.learn(seen.serverStart(), other);
        progress.nextStep();
        // Terminates nothing, since nobody has this lock; but it needs the privilege to.
        other.ask(new TerminateStatement(new Traces(OptionalInt.of(pid), null, null, Set.of(~lockId))));
        progress.nextStep();
        expect(true, unlock(one), Messages.NOT_RELEASED);
        expect(true, tryLock(other), Messages.NOT_GRANTED_AFTER_RELEASE);
        expect(true, unlock(other), Messages.NOT_RELEASED);
        proveInTransaction();
        return seen.serverStart();
    }

    private void proveInTransaction() throws SQLException {
        other.begin();
        boolean granted = other.ask(PlainLockStatement.tryLockInTransaction(lockId));
        expect(true, granted, Messages.FREE_LOCK_NOT_GRANTED_IN_TRANSACTION);
        expect(false, tryLock(one), Messages.GRANTED_DURING_TRANSACTION);
        other.rollback();
        expect(true, tryLock(one), Messages.NOT_GRANTED_AFTER_TRANSACTION);
        expect(true, unlock(one), Messages.NOT_RELEASED);
    }

    private boolean tryLock(LockSession session) throws SQLException {
        return session.ask(PlainLockStatement.tryLock(lockId));
    }

    private boolean unlock(LockSession session) throws SQLException {
        return session.ask(PlainLockStatement.unlock(lockId));
    }

    /** Another answer comes from a server that does not keep locks apart, or from two servers. */
    private void expect(boolean expected, boolean answer, String observed) {
        if (answer != expected) {
            throw Messages.noExclusion(observed, lockId);
        }
        progress.nextStep();
    }

    /** Waits as a lock does, with the very statement of a lock. */
    private void waitWithoutGrant() throws SQLException {
        try {
            other.locks()
                    .acquire(new AcquireStatement(
                            LockMode.EXCLUSIVE, lockId, Duration.ofMillis(1), SessionTerms.ofMany(config), false));
        } catch (SQLException e) {
            if (SqlStates.isWaitEnded(e)) {
                progress.nextStep();
                return;
            }
            if (SqlStates.isProtocolViolation(e)) {
                throw Messages.cannotWait(e);
            }
            throw e;
        }
        throw Messages.noExclusion(Messages.GRANTED_AFTER_WAIT, lockId);
    }
}
