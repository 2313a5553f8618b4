// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One PostgreSQL session behind one connection that nobody else uses, in autocommit. Methods block on JDBC and run one
 * after the other, but for {@link #cancel()} and {@link #end()}, which are for another thread while a statement runs.
 */
final class LockSession {

    private final Connection connection;
    private final ReentrantLock oneStatement = new ReentrantLock();

    /** Written once, by {@link #pin()}, before the session is used. */
    private boolean autoCommitBefore = true;

    /** The statement that runs, or null; read by {@link #cancel()} without the lock. */
    private volatile Statement running;

    /** Takes over the connection, which nobody else may use from now on. */
    LockSession(Connection connection) {
        this.connection = connection;
    }

    /** Makes the session ready for a lock. */
    void pin() throws SQLException {
        autoCommitBefore = connection.getAutoCommit();
        if (!autoCommitBefore) {
            connection.setAutoCommit(true);
        }
    }

    /** What a server said to an attempt; {@code granted} is null on a standby, {@code idleTimeout} before version 14. */
    record Answer(Boolean granted, int backendPid, String idleTimeout) {}

    Answer tryLock(long lockId, LockMode mode, Duration enforcedTtl) throws SQLException {
        return attempt(AdvisoryLockSql.tryLock(mode, enforcedTtl != null), null, lockId, enforcedTtl);
    }

    Answer lock(long lockId, LockMode mode, Duration enforcedTtl, Duration waitAtMost) throws SQLException {
        return attempt(AdvisoryLockSql.lock(mode, enforcedTtl != null), waitAtMost, lockId, enforcedTtl);
    }

    private Answer attempt(String sql, Duration waitAtMost, long lockId, Duration enforcedTtl) throws SQLException {
        return query(
                sql,
                statement -> {
                    int i = 1;
                    if (waitAtMost != null) {
                        statement.setString(i++, millis(waitAtMost));
                    }
                    statement.setLong(i++, lockId);
                    if (enforcedTtl != null) {
                        statement.setString(i, millis(enforcedTtl));
                    }
                },
                row -> new Answer((Boolean) row.getObject(1), row.getInt(2), row.getString(3)));
    }

    /** Whether the lock was held until now. {@code restoreIdleTimeout} is null unless the lease was enforced. */
    boolean unlock(long lockId, LockMode mode, String restoreIdleTimeout) throws SQLException {
        return query(
                AdvisoryLockSql.unlock(mode, restoreIdleTimeout != null),
                statement -> {
                    statement.setLong(1, lockId);
                    if (restoreIdleTimeout != null) {
                        statement.setString(2, restoreIdleTimeout);
                    }
                },
                row -> row.getBoolean(1));
    }

    boolean isHeld(long lockId, LockMode mode, int backendPid, Duration enforcedTtl) throws SQLException {
        return query(
                AdvisoryLockSql.isHeld(mode, enforcedTtl != null),
                statement -> {
                    statement.setLong(1, lockId);
                    statement.setInt(2, backendPid);
                    if (enforcedTtl != null) {
                        statement.setString(3, millis(enforcedTtl));
                    }
                },
                row -> row.getBoolean(1));
    }

    /** Whether the server is a standby. */
    boolean isStandby() throws SQLException {
        return query(AdvisoryLockSql.PING, statement -> {}, row -> row.getBoolean(1));
    }

    String databaseProduct() throws SQLException {
        return connection.getMetaData().getDatabaseProductName();
    }

    /** Frees every lock of the session, whatever an earlier error left behind; if that fails, the session is ended. */
    boolean wipeOrEnd() {
        try {
            query(AdvisoryLockSql.UNLOCK_ALL, statement -> {}, row -> null);
            return true;
        } catch (SQLException | RuntimeException e) {
            end();
            return false;
        }
    }

    /** Asks the server to give up the statement that runs, if one does. Not heard if it has not been sent yet. */
    void cancel() {
        Statement statement = running;
        if (statement != null) {
            try {
                statement.cancel();
            } catch (SQLException | RuntimeException e) {
                Messages.LOG.log(System.Logger.Level.DEBUG, "cancel failed", e);
            }
        }
    }

    /** Hands the connection back to where it came from. Only for a session that is proven to hold no lock. */
    void unpin() {
        try {
            if (!autoCommitBefore) {
                connection.setAutoCommit(false);
            }
            connection.close();
        } catch (SQLException | RuntimeException e) {
            end();
        }
    }

    /** Ends the session physically, so that the server frees its locks; the connection never serves anybody again. */
    void end() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "abort failed", e);
            terminate();
        }
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            // Expected of some pools for a connection that was aborted; the close made them drop it.
            Messages.LOG.log(System.Logger.Level.TRACE, "close after abort failed", e);
        }
    }

    /** For a connection that cannot be aborted: its session ends itself, and answers with an error. */
    private void terminate() {
        try (Statement statement = connection.createStatement()) {
            statement.execute(AdvisoryLockSql.TERMINATE);
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "session terminated", e);
        }
    }

    private <T> T query(String sql, Binder binder, Mapper<T> mapper) throws SQLException {
        oneStatement.lock();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binder.bind(statement);
            running = statement;
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return mapper.map(rows);
            }
        } finally {
            running = null;
            oneStatement.unlock();
        }
    }

    /** At least 1: zero would switch the limit off. */
    private static String millis(Duration duration) {
        return Long.toString(Math.max(1, duration.toMillis()));
    }

    @FunctionalInterface
    private interface Binder {
        void bind(PreparedStatement statement) throws SQLException;
    }

    @FunctionalInterface
    private interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }
}
