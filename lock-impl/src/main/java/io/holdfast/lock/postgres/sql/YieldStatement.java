// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.FencingToken;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Unlocks an exclusive lock, and tries to acquire it again. If another session waits in the server's queue, that
 * session gets the lock. A session that is not the expected one is not changed.
 *
 * @param lockId the number of the lock
 * @param pid the process id of the session that holds it
 * @param fenced whether the new grant needs a fencing token
 */
public record YieldStatement(long lockId, int pid, boolean fenced) implements RowQuery<YieldStatement.Yielded> {

    /**
     * The server's answer.
     *
     * @param wasHeld whether the session held the lock until then
     * @param granted whether it holds the lock again
     * @param token the fencing token; null unless one was requested and the lock was granted again
     */
    public record Yielded(
            boolean wasHeld, boolean granted, @Nullable FencingToken token) {}

    private static final String PLAIN = text(false);
    private static final String FENCED = text(true);

    private static String text(boolean fenced) {
        return "with this as materialized (select pg_catalog.pg_backend_pid() operator(pg_catalog.=) ? as one"
                + (fenced ? ", pg_catalog.set_config('synchronous_commit', 'on', true) as synchronous_commit" : "")
                + "), before as materialized (select case when one then pg_catalog.pg_advisory_unlock(?)"
                + " else false end as held from this), attempt as materialized (select held, case when held"
                + " then pg_catalog.pg_try_advisory_lock(?) else false end as granted from before)"
                + " select held, granted" + (fenced ? AcquireStatement.TOKEN : AcquireStatement.NO_TOKEN)
                + " from attempt";
    }

    @Override
    public String text() {
        return fenced ? FENCED : PLAIN;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setInt(1, pid);
        statement.setLong(2, lockId);
        statement.setLong(3, lockId);
    }

    @Override
    public Yielded readRow(ResultSet row) throws SQLException {
        return new Yielded(
                row.getBoolean(1),
                row.getBoolean(2),
                AcquireStatement.token(row.getString(3), row.getString(4)));
    }
}
