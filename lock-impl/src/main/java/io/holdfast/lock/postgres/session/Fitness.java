// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Finds out, once for each server, whether locks exclude each other there. It compares two connections: they must have
 * a session each ({@link SessionComparison}), and locks must exclude each other on these sessions ({@link
 * ExclusionProof}). While there is no second connection, the answer is not known, and the check is tried again later.
 */
public final class Fitness {

    /** The shortest time between two checks while the answer is not known. */
    private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(10);

    private final Sessions sessions;
    private final Servers servers;
    private final Keepers keepers;
    private final LockerConfig config;
    private final SessionComparison comparison;
    private final ReentrantLock checking = new ReentrantLock();

    /** Counts the answers to all checks so far, so that those who wait see that the check that runs makes progress. */
    private final AtomicLong answers = new AtomicLong();

    /** The servers that passed, identified by the moment of their start. */
    private final Set<Long> proven = ConcurrentHashMap.newKeySet();

    private volatile Deadline tryAgainAt = Deadline.after(Duration.ZERO);

    public Fitness(Sessions sessions, Servers servers, Keepers keepers, LockerConfig config) {
        this.sessions = sessions;
        this.servers = servers;
        this.keepers = keepers;
        this.config = config;
        this.comparison = new SessionComparison(config.answerTimeout().dividedBy(4));
    }

    /**
     * To be called before the first lock: throws if the source of this session is unfit.
     *
     * @param session a session that is not used otherwise
     */
    public void require(LockSession session, Progress progress) throws SQLException {
        if (proven.isEmpty()) {
            session.requirePostgres();
        }
        if (proven.isEmpty() && tryAgainAt.hasPassed()) {
            check(session, progress, () -> proven.isEmpty() && tryAgainAt.hasPassed());
        }
    }

    /** To be called after the first answer to this session: as {@link #require}, if its server was not seen before. */
    public void requireServer(LockSession session, Progress progress) throws SQLException {
        long server = session.backend().serverStart();
        if (!proven.isEmpty() && !proven.contains(server)) {
            // Learned first: the locks on the former server may be lost with this one.
            servers.learn(server, session);
        }
        if (!proven.contains(server) && tryAgainAt.hasPassed()) {
            check(session, progress, () -> !proven.contains(server) && tryAgainAt.hasPassed());
        }
    }

    /** Whether the server of this session has passed. */
    boolean isProven(LockSession session) {
        return proven.contains(session.backend().serverStart());
    }

    /** As {@link #require}, also if an earlier check was not possible a short time ago. */
    public void recheck(LockSession session, Progress progress) throws SQLException {
        if (proven.isEmpty()) {
            check(session, progress, proven::isEmpty);
        }
    }

    /**
     * Checks one at a time. Callers that come later wait for as long as the check that runs gets answers, and need none
     * of their own then.
     */
    private void check(LockSession session, Progress progress, BooleanSupplier isNeeded) throws SQLException {
        long seen = answers.get();
        while (!Uninterruptibly.tryLock(checking, config.answerTimeout().dividedBy(4))) {
            requireInterest(progress);
            if (answers.get() != seen) {
                seen = answers.get();
                progress.nextStep();
            }
        }
        try {
            requireInterest(progress);
            if (isNeeded.getAsBoolean()) {
                checkWithAnother(session, progress);
            }
        } finally {
            checking.unlock();
        }
    }

    private static void requireInterest(Progress progress) {
        if (progress.isUnwanted()) {
            throw new CancellationException("nobody waits for the check any more");
        }
    }

    private void checkWithAnother(LockSession session, Progress progress) throws SQLException {
        progress.nextStep();
        Optional<LockSession> other = sessions.isSingle() ? Optional.empty() : openAnother();
        if (other.isPresent()) {
            proven.add(check(session, other.get(), progress));
        } else {
            tryAgainAt = Deadline.after(TRY_AGAIN_AFTER);
        }
    }

    /** Returns when the server that passed started. */
    private long check(LockSession session, LockSession other, Progress progress) throws SQLException {
        AnswerLimit limit = new AnswerLimit(other, progress, keepers, config.answerTimeout(), answers);
        boolean passed = false;
        try {
            int pid = comparison.compare(session, other, limit);
            long server = new ExclusionProof(session, pid, other, limit, config).prove(servers);
            limit.cancel();
            other.returnToPool();
            passed = true;
            return server;
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw CommonMessages.mayNotLook(e);
            }
            throw e;
        } finally {
            limit.cancel();
            if (!passed) {
                other.abort();
            }
        }
    }

    /** Empty if no session is available soon; one that comes later is returned unused. */
    private Optional<LockSession> openAnother() {
        CompletableFuture<LockSession> another = keepers.submit(this::borrow);
        try {
            return Optional.of(
                    Uninterruptibly.get(another, config.connectionTimeout().dividedBy(2)));
        } catch (TimeoutException e) {
            another.thenAccept(LockSession::returnToPool);
            return Optional.empty();
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "no second connection to compare with", e);
            return Optional.empty();
        }
    }

    private LockSession borrow() throws SQLException {
        LockSession session = sessions.borrow();
        try {
            session.setUp();
            return session;
        } catch (Throwable e) {
            session.abort();
            throw e;
        }
    }
}
