// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Calls one function for an exclusive lock, on whatever session answers. The answer is whether that succeeded. For
 * locks that nobody uses, and where no other session can answer.
 *
 * @param text the text of the statement
 * @param lockId the number of the lock
 */
public record PlainLockStatement(String text, long lockId) implements RowQuery<Boolean> {

    /**
     * Tries to take the lock for the session.
     *
     * @param lockId the number of the lock
     * @return the statement
     */
    public static PlainLockStatement tryLock(long lockId) {
        return new PlainLockStatement("select pg_catalog.pg_try_advisory_lock(?)", lockId);
    }

    /**
     * Tries to take the lock for the current transaction.
     *
     * @param lockId the number of the lock
     * @return the statement
     */
    public static PlainLockStatement tryLockInTransaction(long lockId) {
        return new PlainLockStatement("select pg_catalog.pg_try_advisory_xact_lock(?)", lockId);
    }

    /**
     * Unlocks the lock of the session. See {@link UnlockStatement} for a connection that may lead to another session.
     *
     * @param lockId the number of the lock
     * @return the statement
     */
    public static PlainLockStatement unlock(long lockId) {
        return new PlainLockStatement("select pg_catalog.pg_advisory_unlock(?)", lockId);
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setLong(1, lockId);
    }

    @Override
    public Boolean readRow(ResultSet row) throws SQLException {
        return row.getBoolean(1);
    }
}
