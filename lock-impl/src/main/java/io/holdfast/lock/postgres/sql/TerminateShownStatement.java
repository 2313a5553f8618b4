// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Terminates a session that an operator has seen. The answer is whether it existed, and held the lock or waited for it.
 *
 * @param shown the session
 * @param lockId the number of the lock
 */
public record TerminateShownStatement(LockInfo.Session shown, long lockId) implements Query<Boolean> {

    private static final String TEXT =
            "select pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a"
                    + " where a.pid operator(pg_catalog.=) ? and (?::pg_catalog.text is null"
                    + " or a.backend_start operator(pg_catalog.=) ?::timestamp with time zone)"
                    + " and exists (select from pg_catalog.pg_locks l where l.pid operator(pg_catalog.=) a.pid and "
                    + Fragments.LOCK_ID
                    + " operator(pg_catalog.=) ? and " + Fragments.IS_LOCK_OF_THIS_DATABASE + ")";

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        String startedAt = shown.startedAt() == null ? null : shown.startedAt().toString();
        statement.setInt(1, shown.pid());
        statement.setString(2, startedAt);
        statement.setString(3, startedAt);
        statement.setLong(4, lockId);
    }

    @Override
    public Boolean read(ResultSet rows) throws SQLException {
        return rows.next();
    }
}
