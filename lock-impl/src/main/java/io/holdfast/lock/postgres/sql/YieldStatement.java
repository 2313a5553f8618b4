// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement.NameChange;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Unlocks an exclusive lock, and tries to acquire it again. If another session waits in the server's queue, that
 * session gets the lock. A session that is not the expected one is not changed.
 *
 * @param lockId the number of the lock
 * @param pid the process id of the session that holds it
 * @param name what the session shows with the new grant; null to leave the name as it is
 * @param fenced whether the new grant needs a fencing token
 */
public record YieldStatement(long lockId, int pid, @Nullable NameChange name, boolean fenced)
        implements RowQuery<YieldStatement.Yielded> {

    /**
     * The server's answer.
     *
     * @param wasHeld whether the session held the lock until then
     * @param granted whether it holds the lock again
     * @param token the fencing token; null unless one was requested and the lock was granted again, and if it is not
     *     confirmed
     */
    public record Yielded(
            boolean wasHeld, boolean granted, @Nullable FencingToken token) {}

    private static final int SHOWS_NAME = 1;
    private static final int FENCED = 2;

    /** The text of each variant, at the sum of what is true of it. */
    private static final String[] TEXTS =
            IntStream.range(0, 4).mapToObj(YieldStatement::text).toArray(String[]::new);

    private static String text(int variant) {
        boolean fenced = (variant & FENCED) != 0;
        return "with this as materialized (select pg_catalog.pg_backend_pid() operator(pg_catalog.=) ? as one"
                + (fenced ? ", " + AcquireStatement.FLUSH : "")
                + "), before as materialized (select case when one then pg_catalog.pg_advisory_unlock(?)"
                + " else false end as held from this), attempt as materialized (select held, case when held then "
                + AcquireStatement.attempt(LockMode.EXCLUSIVE) + " else false end as granted from before)"
                + " select held, granted" + (fenced ? AcquireStatement.TOKEN : "")
                + ((variant & SHOWS_NAME) != 0 ? ", case when granted then " + SessionSettings.SHOW_NAME + " end" : "")
                + " from attempt";
    }

    @Override
    public String text() {
        return TEXTS[(name != null ? SHOWS_NAME : 0) + (fenced ? FENCED : 0)];
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setInt(1, pid);
        statement.setLong(2, lockId);
        statement.setLong(3, lockId);
        if (name != null) {
            statement.setString(4, name.name().precedingTime(name.former()));
            statement.setString(5, name.name().after());
        }
    }

    @Override
    public Yielded readRow(ResultSet row) throws SQLException {
        FencingToken token = fenced ? AcquireStatement.token(row, 3) : null;
        return new Yielded(row.getBoolean(1), row.getBoolean(2), token);
    }
}
