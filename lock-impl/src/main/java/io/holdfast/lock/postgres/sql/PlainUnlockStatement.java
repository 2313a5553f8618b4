// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Unlocks one exclusive lock of the session that answers, whichever that is. The answer is whether the session held it.
 * To be used instead of an {@link UnlockStatement} where no other session can answer.
 *
 * @param lockId the number of the lock
 */
public record PlainUnlockStatement(long lockId) implements RowQuery<Boolean> {

    @Override
    public String text() {
        return "select pg_catalog.pg_advisory_unlock(?)";
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
