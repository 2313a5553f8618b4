// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Takes a lock that nobody uses, to see what the server does then. The answer is whether that succeeded.
 *
 * @param text the text of the statement
 * @param lockId the number of the lock
 */
public record ProbeStatement(String text, long lockId) implements RowQuery<Boolean> {

    /**
     * Tries to take the lock for the session.
     *
     * @param lockId the number of the lock
     * @return the statement
     */
    public static ProbeStatement tryLock(long lockId) {
        return new ProbeStatement("select pg_catalog.pg_try_advisory_lock(?)", lockId);
    }

    /**
     * Tries to take the lock for the current transaction.
     *
     * @param lockId the number of the lock
     * @return the statement
     */
    public static ProbeStatement tryLockInTransaction(long lockId) {
        return new ProbeStatement("select pg_catalog.pg_try_advisory_xact_lock(?)", lockId);
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
