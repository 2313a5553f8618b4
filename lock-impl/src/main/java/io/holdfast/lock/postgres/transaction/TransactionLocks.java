// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.hold.HeldLocks;
import io.holdfast.lock.postgres.session.Inquiries;
import io.holdfast.lock.postgres.sql.Database;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TransactionAcquireStatement;
import io.holdfast.lock.postgres.sql.TransactionAcquireStatement.Answer;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Locks that PostgreSQL itself frees with the transaction on the caller's connection; made by
 * {@link PostgresLocker#transactionLocks()}. They have the lock ids of session locks, so both exclude each other.
 *
 * <p>Everything happens on the caller's thread and a connection of its transaction. A savepoint stands around
 * the statement, so that a wait that ends without the lock leaves the transaction and its work as they were; and the server
 * refuses it where there is no transaction. A lock that nobody else holds costs one round trip.
 */
public final class TransactionLocks {

    private static final String LOCK_DATABASE = "the database of the locks";

    private final Attempts attempts;
    private final Inquiries inquiries;
    private final HeldLocks heldLocks;
    private final StatementWaits waits;
    private final Listeners listeners;

    /** The locker's own database as it was asked last; null before that. */
    private volatile Database own;

    public TransactionLocks(
            Attempts attempts, Inquiries inquiries, HeldLocks heldLocks, StatementWaits waits, Listeners listeners) {
        this.attempts = attempts;
        this.inquiries = inquiries;
        this.heldLocks = heldLocks;
        this.waits = waits;
        this.listeners = listeners;
    }

    /**
     * Acquires the lock, waiting for it as long as given. An interrupt is noticed within 0.1 s.
     *
     * @param transaction where a connection of the transaction comes from; used on this thread only, and closed afterwards
     * @param request what to lock
     * @param waitAtMost how long to wait: {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @return the lock
     * @throws LockNotAcquiredException if somebody else held the lock for the whole wait
     * @throws LockException as {@link io.holdfast.lock.Locker#acquire} does
     * @throws InterruptedException if the thread is interrupted while waiting; the transaction is as it was
     * @throws IllegalStateException if the locker is closed, also while this waits, or the transaction has failed before
     */
    public TransactionLock acquire(ConnectionSource transaction, LockRequest request, Duration waitAtMost)
            throws InterruptedException {
        long startNanos = System.nanoTime();
        LockAttempt attempt = attempts.attempt(request, waitAtMost);
        return acquire(transaction, attempt, startNanos)
                .orElseThrow(() -> heldLocks.notAcquired(attempt, since(startNanos), Thread.currentThread()));
    }

    /**
     * Acquires the lock if nobody else holds it or waits for it.
     *
     * @param transaction where a connection of the transaction comes from; used on this thread only, and closed afterwards
     * @param request what to lock
     * @return the lock; empty if somebody else holds it or waits for it
     * @throws LockException as {@link io.holdfast.lock.Locker#tryAcquire} does
     * @throws InterruptedException if the thread is interrupted before
     * @throws IllegalStateException if the locker is closed, or the transaction has failed before
     */
    public Optional<TransactionLock> tryAcquire(ConnectionSource transaction, LockRequest request)
            throws InterruptedException {
        return acquire(transaction, attempts.attempt(request, LockRequest.IMMEDIATE), System.nanoTime());
    }

    private Optional<TransactionLock> acquire(ConnectionSource transaction, LockAttempt attempt, long startNanos)
            throws InterruptedException {
        Objects.requireNonNull(transaction, "transaction");
        attempts.requireOpen(Shown.lock(attempt));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        listeners.waitBegan(attempt);
        try {
            if (!isGranted(transaction, attempt, Deadline.from(startNanos, attempt.waitAtMost()))) {
                listeners.refused(attempt, since(startNanos));
                return Optional.empty();
            }
            TransactionLock lock = new TransactionLock(attempt, listeners);
            listeners.acquired(attempt, lock, since(startNanos));
            return Optional.of(lock);
        } catch (LockException e) {
            listeners.failed(attempt, e);
            throw e;
        } finally {
            listeners.waitEnded(attempt);
        }
    }

    /** The transaction keeps what it was granted, also if its connection cannot be closed any more. */
    private boolean isGranted(ConnectionSource transaction, LockAttempt attempt, Deadline deadline)
            throws InterruptedException {
        LockRequest request = attempt.request();
        Connection connection = open(transaction, request);
        try {
            return attempt.waitAtMost().isZero()
                    ? isGranted(connection, request, LockRequest.IMMEDIATE, null)
                    : await(connection, request, deadline);
        } finally {
            try {
                Uninterruptibly.sql(() -> {
                    connection.close();
                    return null;
                });
            } catch (SQLException | RuntimeException e) {
                Messages.LOG.log(
                        System.Logger.Level.DEBUG, "the transaction will tell what became of its connection", e);
            }
        }
    }

    private String what(LockRequest request) {
        return Shown.lock(request.key(), attempts.lockId(request.key()));
    }

    private Connection open(ConnectionSource transaction, LockRequest request) {
        try {
            return Uninterruptibly.sql(transaction::open);
        } catch (SQLException e) {
            throw SqlStates.isPoolExhausted(e)
                    ? Messages.transactionPoolExhausted(what(request), e)
                    : Messages.noConnectionOfTransaction(what(request), e);
        }
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Anew if the statement ended early, since somebody cancelled it. */
    private boolean await(Connection connection, LockRequest request, Deadline deadline) throws InterruptedException {
        try (StatementWait wait = waits.begin()) {
            boolean granted;
            do {
                attempts.requireOpen(what(request));
                granted = isGranted(connection, request, deadline.remaining(), wait);
            } while (!granted && !deadline.hasPassed());
            return granted;
        }
    }

    private boolean isGranted(Connection connection, LockRequest request, Duration limit, @Nullable StatementWait wait)
            throws InterruptedException {
        Answer answer;
        Database expected = own == null ? learnOwn() : own;
        try {
            answer = ask(connection, request, limit, expected, wait);
            if (!answer.database().equals(expected)) {
                // Nothing was taken. The server may have been restarted since.
                expected = learnOwn();
                answer = ask(connection, request, limit, expected, wait);
            }
        } catch (SQLException e) {
            if (SqlStates.isNoTransaction(e)) {
                throw Messages.notInTransaction(what(request), e);
            }
            if (SqlStates.isTransactionFailed(e)) {
                throw Messages.transactionFailed(what(request), e);
            }
            undo(connection, request, e);
            if (!SqlStates.isWaitEnded(e)) {
                throw io.holdfast.lock.postgres.session.Messages.of(request, what(request), e);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return false;
        } catch (LockException e) {
            throw e;
        } catch (RuntimeException e) {
            throw io.holdfast.lock.postgres.session.Messages.unavailable(what(request), e);
        }
        if (!answer.database().equals(expected)) {
            throw Messages.otherDatabase();
        }
        if (answer.granted() == null && answer.repeatableRead()) {
            throw Messages.repeatableRead(what(request));
        }
        if (answer.granted() == null) {
            throw io.holdfast.lock.postgres.session.Messages.standby(what(request));
        }
        return answer.granted();
    }

    private Database learnOwn() throws InterruptedException {
        attempts.requireOpen(LOCK_DATABASE);
        own = inquiries.ask(LOCK_DATABASE, session -> session.ask(PlainQuery.DATABASE));
        return own;
    }

    private Answer ask(
            Connection connection, LockRequest request, Duration limit, Database expected, @Nullable StatementWait wait)
            throws SQLException, InterruptedException {
        TransactionAcquireStatement acquire =
                new TransactionAcquireStatement(request.mode(), attempts.lockId(request.key()), limit, expected);
        PreparedStatement statement = Uninterruptibly.sql(() -> connection.prepareStatement(acquire.text()));
        try {
            Uninterruptibly.sql(() -> {
                acquire.bind(statement);
                return null;
            });
            execute(statement, limit.isZero() ? null : wait);
            // After the result of the savepoint.
            Uninterruptibly.sql(statement::getMoreResults);
            return Uninterruptibly.sql(() -> {
                try (ResultSet rows = statement.getResultSet()) {
                    return acquire.read(rows);
                }
            });
        } finally {
            Uninterruptibly.sql(() -> {
                statement.close();
                return null;
            });
        }
    }

    private static void execute(PreparedStatement statement, @Nullable StatementWait wait)
            throws SQLException, InterruptedException {
        if (wait != null) {
            wait.begin(statement);
        }
        try {
            statement.execute();
        } catch (SQLException e) {
            if (e.getSQLState() == null && Thread.interrupted()) {
                // Refused by WildFly's pool before it was sent.
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e;
        } finally {
            if (wait != null) {
                wait.end();
            }
        }
    }

    /** Back to the savepoint, which makes the transaction usable again and frees what was granted since. */
    private void undo(Connection connection, LockRequest request, SQLException failure) {
        if (SqlStates.isSessionLost(failure)) {
            return;
        }
        try {
            Uninterruptibly.sql(() -> {
                try (Statement statement = connection.createStatement()) {
                    return statement.execute(TransactionAcquireStatement.UNDO);
                }
            });
        } catch (SQLException | RuntimeException e) {
            e.addSuppressed(failure);
            throw io.holdfast.lock.postgres.session.Messages.unavailable(what(request), e);
        }
    }
}
