// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.session.Failures;
import io.holdfast.lock.postgres.sql.Database;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TransactionAcquireStatement;
import io.holdfast.lock.postgres.sql.TransactionAcquireStatement.Answer;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The statement that asks for one lock on a connection of the caller's transaction, on the caller's thread. */
final class TransactionLockStatement {

    private final LockAttempt attempt;
    private final String lock;
    private final Connection connection;
    private final LockDatabase lockDatabase;

    TransactionLockStatement(LockAttempt attempt, Connection connection, LockDatabase lockDatabase) {
        this.attempt = attempt;
        this.lock = Shown.lock(attempt);
        this.connection = connection;
        this.lockDatabase = lockDatabase;
    }

    /**
     * Asks once. Unless the lock is granted, the transaction stays as it was.
     *
     * @param limit how long to wait for the lock; zero for a statement that only tries
     * @param wait cancels the statement if the caller is interrupted; null for a statement that only tries
     * @return whether the lock was granted; also false if somebody has canceled the statement
     */
    boolean tryGrant(Duration limit, @Nullable StatementWait wait) throws InterruptedException {
        Answer answer;
        Database expected = lockDatabase.known();
        try {
            answer = ask(limit, expected, wait);
            if (!answer.database().equals(expected)) {
                // The statement has not taken the lock. The server may have been restarted since the last answer.
                expected = lockDatabase.ask();
                answer = ask(limit, expected, wait);
            }
        } catch (SQLException e) {
            if (SqlStates.isNoTransaction(e)) {
                throw Messages.notInTransaction(lock, e);
            }
            if (SqlStates.isTransactionFailed(e)) {
                throw Messages.transactionFailed(lock, e);
            }
            undo(e);
            if (!SqlStates.isWaitEnded(e)) {
                throw Failures.of(attempt.request(), lock, e);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return false;
        } catch (LockException e) {
            throw e;
        } catch (RuntimeException e) {
            lockDatabase.requireOpen();
            throw CommonMessages.unavailable(lock, e);
        }
        if (!answer.database().equals(expected)) {
            throw Messages.otherDatabase();
        }
        if (answer.granted() == null && answer.repeatableRead()) {
            throw Messages.repeatableRead(lock);
        }
        if (answer.granted() == null) {
            throw CommonMessages.standby(lock);
        }
        return answer.granted();
    }

    private Answer ask(Duration limit, Database expected, @Nullable StatementWait wait)
            throws SQLException, InterruptedException {
        TransactionAcquireStatement acquire =
                new TransactionAcquireStatement(attempt.request().mode(), attempt.lockId(), limit, expected);
        PreparedStatement statement = Uninterruptibly.sql(() -> connection.prepareStatement(acquire.text()));
        try {
            Uninterruptibly.run(() -> acquire.bind(statement));
            execute(statement, limit.isZero() ? null : wait);
            // The first result is that of the savepoint.
            Uninterruptibly.sql(statement::getMoreResults);
            return Uninterruptibly.sql(() -> {
                try (ResultSet rows = statement.getResultSet()) {
                    return acquire.read(rows);
                }
            });
        } finally {
            Uninterruptibly.run(statement::close);
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
                // WildFly's pool has rejected the statement before it was sent.
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e;
        } finally {
            if (wait != null) {
                wait.end();
            }
        }
    }

    /** Returns to the savepoint, which makes the transaction usable again and releases locks granted since then. */
    private void undo(SQLException failure) {
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
            throw CommonMessages.unavailable(lock, e);
        }
    }
}
