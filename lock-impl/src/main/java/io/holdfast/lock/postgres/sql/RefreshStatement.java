// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Proves that the session still holds a lock, and restarts an enforced ttl. The answer is whether it is the expected
 * session and holds the lock.
 *
 * @param mode the mode in which the lock was acquired
 * @param lockId the number of the lock
 * @param pid the process id of the session that acquired it
 * @param enforcedTtl the ttl that the server enforces from now on; null if it enforces none
 */
public record RefreshStatement(
        LockMode mode, long lockId, int pid, @Nullable Duration enforcedTtl) implements RowQuery<Boolean> {

    private static final String EXCLUSIVE = text("ExclusiveLock", "");
    private static final String EXCLUSIVE_ENFORCED = text("ExclusiveLock", ", " + Fragments.SET_IDLE_TIMEOUT);
    private static final String SHARED = text("ShareLock", "");
    private static final String SHARED_ENFORCED = text("ShareLock", ", " + Fragments.SET_IDLE_TIMEOUT);

    private static String text(String mode, String setTtl) {
        return "select exists (select from pg_catalog.pg_locks l where l.granted and "
                + Fragments.IS_LOCK_OF_THIS_DATABASE + " and " + Fragments.LOCK_ID + " operator(pg_catalog.=) ?"
                + " and l.mode operator(pg_catalog.=) '" + mode + "'"
                + " and l.pid operator(pg_catalog.=) " + Fragments.PID
                + " and l.pid operator(pg_catalog.=) ?)" + setTtl;
    }

    @Override
    public String text() {
        return switch (mode) {
            case EXCLUSIVE -> enforcedTtl == null ? EXCLUSIVE : EXCLUSIVE_ENFORCED;
            case SHARED -> enforcedTtl == null ? SHARED : SHARED_ENFORCED;
        };
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setLong(1, lockId);
        statement.setInt(2, pid);
        if (enforcedTtl != null) {
            statement.setString(3, Fragments.millis(enforcedTtl));
        }
    }

    @Override
    public Boolean readRow(ResultSet row) throws SQLException {
        return row.getBoolean(1);
    }
}
