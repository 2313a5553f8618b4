// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Unlocks one lock. The answer is whether the session held it. A session that is not the expected one is not changed.
 *
 * @param mode the mode in which the lock was acquired
 * @param lockId the number of the lock
 * @param pid the process id of the session that acquired it
 * @param former the settings to restore, if the session was for this lock alone; null if it keeps its settings
 */
public record UnlockStatement(
        LockMode mode, long lockId, int pid, @Nullable FormerSettings former) implements RowQuery<Boolean> {

    private static final String RESTORED = ", case when one and idle_timeout is not null"
            + " then pg_catalog.set_config('idle_session_timeout', idle_timeout, false) end,"
            + " case when one then pg_catalog.set_config('application_name', name, false) end"
            + " from this, (values (?::pg_catalog.text, ?::pg_catalog.text)) as before (idle_timeout, name)";

    private static final String EXCLUSIVE = text(LockMode.EXCLUSIVE, false);
    private static final String EXCLUSIVE_RESTORING = text(LockMode.EXCLUSIVE, true);
    private static final String SHARED = text(LockMode.SHARED, false);
    private static final String SHARED_RESTORING = text(LockMode.SHARED, true);

    private static String text(LockMode mode, boolean restores) {
        String unlock = "pg_catalog.pg_advisory_unlock" + Fragments.suffix(mode) + "(?)";
        return restores
                ? restoring(unlock)
                : "select case when " + Fragments.PID + " operator(pg_catalog.=) ? then " + unlock + " else false end";
    }

    static String restoring(String unlock) {
        return "with this as materialized (select " + Fragments.PID + " operator(pg_catalog.=) ? as one)"
                + " select case when one then " + unlock + " else false end" + RESTORED;
    }

    @Override
    public String text() {
        return switch (mode) {
            case EXCLUSIVE -> former == null ? EXCLUSIVE : EXCLUSIVE_RESTORING;
            case SHARED -> former == null ? SHARED : SHARED_RESTORING;
        };
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setInt(1, pid);
        statement.setLong(2, lockId);
        if (former != null) {
            statement.setString(3, former.idleTimeout());
            statement.setString(4, former.applicationName());
        }
    }

    @Override
    public Boolean readRow(ResultSet row) throws SQLException {
        return row.getBoolean(1);
    }
}
