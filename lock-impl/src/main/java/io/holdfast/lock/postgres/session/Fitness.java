// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.HoldingsQuery;
import io.holdfast.lock.postgres.sql.HoldingsQuery.Holdings;
import io.holdfast.lock.postgres.sql.HoldingsQuery.Holdings.Holding;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.ProbeStatement;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateStatement;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds out, once for each server, whether locks exclude each other there. It compares two connections:
 *
 * <ul>
 *   <li>each is a session of its own, and stays the same while a transaction runs on the other: else the source shares sessions,
 *       or somebody between here and the server gives them out by the transaction;
 *   <li>a lock that one of them takes is refused to the other, shows in {@code pg_locks}, and can be had when it was released;
 *       likewise for a lock of a transaction.
 * </ul>
 *
 * While there is no second connection the answer is not known; then it is tried again later.
 */
public final class Fitness {

    /**
     * With others at work a round may see the same session by chance, also where a pooler hands its sessions out in turn. Of
     * 7,200 comparisons behind PgBouncer ten rounds missed one, three rounds 24.
     */
    private static final int ROUNDS = 10;

    /** While the answer is not known, no more often than this. */
    private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(10);

    private final Sessions sessions;
    private final Servers servers;
    private final Keepers keepers;
    private final LockerConfig config;
    private final Duration patience;
    private final ReentrantLock checking = new ReentrantLock();

    /** Of all checks so far, so that those who wait see that the one that runs gets on. */
    private final AtomicLong answers = new AtomicLong();

    /** The servers that passed, by the moment of their start. */
    private final Set<Long> proven = ConcurrentHashMap.newKeySet();

    private volatile Deadline tryAgainAt = Deadline.after(Duration.ZERO);

    private final AtomicBoolean poolerTold = new AtomicBoolean();

    public Fitness(Sessions sessions, Servers servers, Keepers keepers, LockerConfig config) {
        this.sessions = sessions;
        this.servers = servers;
        this.keepers = keepers;
        this.config = config;
        this.patience = config.connectionTimeout().dividedBy(2);
    }

    /** Of a caller that waits for the check, which does not use up its time. */
    public interface Progress {

        /** A statement of the check is about to be sent. */
        void goesOn();

        /** Whether nobody waits for the check any more. */
        boolean isOver();
    }

    /**
     * Before the first lock: throws if the source of this session is unfit.
     *
     * @param session that is not used otherwise
     */
    public void require(LockSession session, Progress progress) throws SQLException {
        if (proven.isEmpty()) {
            session.requirePostgres();
        }
        if (proven.isEmpty() && tryAgainAt.hasPassed()) {
            check(session, progress, () -> proven.isEmpty() && tryAgainAt.hasPassed());
        }
    }

    /** After the first answer to this session: as {@link #require}, if that came from a server not seen before. */
    public void requireServer(LockSession session, Progress progress) throws SQLException {
        long server = session.backend().serverStart();
        if (!proven.isEmpty() && !proven.contains(server)) {
            // The locks on the former one may be lost with this one.
            servers.learn(server, session);
        }
        if (!proven.contains(server) && tryAgainAt.hasPassed()) {
            check(session, progress, () -> !proven.contains(server) && tryAgainAt.hasPassed());
        }
    }

    /** As {@link #require}, also if an earlier check was not possible just now. */
    public void recheck(LockSession session, Progress progress) throws SQLException {
        if (proven.isEmpty()) {
            check(session, progress, proven::isEmpty);
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    /** One at a time; callers that come later wait for as long as that one gets answers, and need none of their own then. */
    private void check(LockSession session, Progress progress, Condition isNeeded) throws SQLException {
        long seen = answers.get();
        while (!Uninterruptibly.tryLock(checking, config.answerTimeout().dividedBy(4))) {
            requireInterest(progress);
            if (answers.get() != seen) {
                seen = answers.get();
                progress.goesOn();
            }
        }
        try {
            requireInterest(progress);
            if (isNeeded.holds()) {
                checkWithAnother(session, progress);
            }
        } finally {
            checking.unlock();
        }
    }

    private static void requireInterest(Progress progress) {
        if (progress.isOver()) {
            throw new CancellationException("nobody waits for the check any more");
        }
    }

    private void checkWithAnother(LockSession session, Progress progress) throws SQLException {
        progress.goesOn();
        Optional<LockSession> opened = sessions.isSingle() ? Optional.empty() : openAnother();
        if (opened.isEmpty()) {
            tryAgainAt = Deadline.after(TRY_AGAIN_AFTER);
            return;
        }
        LockSession other = opened.get();
        AnswerLimit limit = new AnswerLimit(other, progress, keepers, config.answerTimeout(), answers);
        boolean passed = false;
        try {
            int pid = compare(session, other, limit);
            long server = prove(session, pid, other, limit);
            limit.end();
            other.unpin();
            passed = true;
            proven.add(server);
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw CommonMessages.mayNotLook(e);
            }
            throw e;
        } finally {
            limit.end();
            if (!passed) {
                other.end();
            }
        }
    }

    // ---- sessions

    /** Over a slow network fewer rounds have to do. The process id of the first. */
    private int compare(LockSession one, LockSession other, AnswerLimit limit) throws SQLException {
        Deadline enough = Deadline.after(config.answerTimeout().dividedBy(4));
        try {
            limit.goesOn();
            int first = one.ask(PlainQuery.BACKEND_PID);
            tellOfPooler(one, first);
            for (int round = 0; round < ROUNDS && (round < 2 || !enough.hasPassed()); round++) {
                compare(first, one, other, limit);
            }
            return first;
        } catch (SQLException e) {
            if (SqlStates.isForeignSession(e)) {
                throw Messages.transactionPooler(one.pool(), e);
            }
            throw e;
        }
    }

    private void tellOfPooler(LockSession session, int pid) {
        OptionalInt driverPid = session.driverPid();
        if (driverPid.isPresent() && driverPid.getAsInt() != pid && poolerTold.compareAndSet(false, true)) {
            Messages.pooler(pid, driverPid.getAsInt());
        }
    }

    /** Asks before and after, so that a pooler that prefers the session it used last gives that to the other one. */
    private static void compare(int first, LockSession one, LockSession other, AnswerLimit limit) throws SQLException {
        limit.goesOn();
        int before = one.ask(PlainQuery.BACKEND_PID);
        limit.goesOn();
        other.begin();
        int beside = other.ask(PlainQuery.BACKEND_PID);
        limit.goesOn();
        int after = one.ask(PlainQuery.BACKEND_PID);
        limit.goesOn();
        other.rollback();
        if (beside == after) {
            throw Messages.sharedSession(after, one.pool());
        }
        if (before != first || after != first || beside == first) {
            throw Messages.transactionPooler(one.pool(), null);
        }
    }

    // ---- exclusion

    /** When the server of both sessions started. */
    private long prove(LockSession one, int pid, LockSession other, AnswerLimit limit) throws SQLException {
        long lockId = ThreadLocalRandom.current().nextLong();
        Proof proof = new Proof(lockId, limit);
        proof.expect(true, one.ask(ProbeStatement.tryLock(lockId)), "a free lock was refused");
        proof.expect(
                false,
                other.ask(ProbeStatement.tryLock(lockId)),
                "a lock that one session held was granted to another");
        proof.expectInVain(other);
        Holdings seen = other.ask(new HoldingsQuery(List.of(pid)));
        if (seen.standby()) {
            throw CommonMessages.standby("locks");
        }
        proof.expect(
                true,
                seen.all().stream().anyMatch(holding -> isOf(holding, lockId)),
                "a lock that a session held did not show in pg_locks");
        servers.learn(seen.serverStart(), other);
        limit.goesOn();
        // Ends nothing, since nobody has this lock; but it needs the right to.
        other.ask(new TerminateStatement(new Traces(OptionalInt.of(pid), null, null, Set.of(~lockId))));
        limit.goesOn();
        proof.expect(true, one.ask(ProbeStatement.unlock(lockId)), "a lock that a session held could not be released");
        proof.expect(true, other.ask(ProbeStatement.tryLock(lockId)), "a lock was refused after its release");
        proof.expect(
                true, other.ask(ProbeStatement.unlock(lockId)), "a lock that a session held could not be released");
        other.begin();
        proof.expect(
                true,
                other.ask(ProbeStatement.tryLockInTransaction(lockId)),
                "a free lock was refused to a transaction");
        proof.expect(
                false,
                one.ask(ProbeStatement.tryLock(lockId)),
                "a lock that a transaction held was granted to another session");
        other.rollback();
        proof.expect(
                true, one.ask(ProbeStatement.tryLock(lockId)), "a lock was refused after the end of its transaction");
        proof.expect(true, one.ask(ProbeStatement.unlock(lockId)), "a lock that a session held could not be released");
        return seen.serverStart();
    }

    private static boolean isOf(Holding holding, long lockId) {
        return holding.lockId() == lockId && !holding.shared();
    }

    private final class Proof {

        private final long lockId;
        private final AnswerLimit limit;

        Proof(long lockId, AnswerLimit limit) {
            this.lockId = lockId;
            this.limit = limit;
            limit.goesOn();
        }

        /** What a server says that does not keep locks apart, or is two servers. */
        void expect(boolean expected, boolean said, String observed) {
            if (said != expected) {
                throw Messages.noExclusion(observed, lockId);
            }
            limit.goesOn();
        }

        /** Waits as a lock does, in the very statement of it. */
        void expectInVain(LockSession session) throws SQLException {
            try {
                session.acquire(new AcquireStatement(
                        LockMode.EXCLUSIVE, lockId, Duration.ofMillis(1), SessionTerms.ofMany(config), false));
            } catch (SQLException e) {
                if (SqlStates.isWaitEnded(e)) {
                    limit.goesOn();
                    return;
                }
                if (SqlStates.isDriversProtocolError(e)) {
                    throw Messages.cannotWait(e);
                }
                throw e;
            }
            throw Messages.noExclusion("a session was granted a lock that another held", lockId);
        }
    }

    /** Empty if there is none to be had soon; one that comes later goes back unused. */
    private Optional<LockSession> openAnother() {
        CompletableFuture<LockSession> another = keepers.submit(() -> {
            LockSession session = sessions.borrow();
            try {
                session.pin();
                return session;
            } catch (Throwable e) {
                session.end();
                throw e;
            }
        });
        try {
            return Optional.of(Uninterruptibly.get(another, patience));
        } catch (TimeoutException e) {
            another.thenAccept(LockSession::unpin);
            return Optional.empty();
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "no second connection to compare with", e);
            return Optional.empty();
        }
    }
}
