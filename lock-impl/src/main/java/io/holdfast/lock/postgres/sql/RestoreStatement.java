// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Unlocks every lock of a session and restores its settings. The answer is whether it is the expected session; any
 * other session is not changed.
 *
 * @param pid the process id of the expected session
 * @param former the settings to restore
 */
public record RestoreStatement(int pid, FormerSettings former) implements RowQuery<Boolean> {

    private static final String TEXT =
            UnlockStatement.restoring("pg_catalog.pg_advisory_unlock_all()::pg_catalog.text is not null");

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setInt(1, pid);
        statement.setString(2, former.idleTimeout());
        statement.setString(3, former.applicationName());
    }

    @Override
    public Boolean readRow(ResultSet row) throws SQLException {
        return row.getBoolean(1);
    }
}
