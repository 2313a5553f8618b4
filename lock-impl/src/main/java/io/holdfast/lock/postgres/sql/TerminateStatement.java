// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Terminates another session, if this is its server, and it holds one of its locks or waits for one.
 *
 * @param other what identifies the session; its process id is known
 */
public record TerminateStatement(Traces other) implements RowQuery<TerminateStatement.Termination> {

    /**
     * What identifies a session that was aborted and may still exist on its server.
     *
     * @param pid its process id; empty if it is not known
     * @param serverStart when its server started; null if it is not known
     * @param start when the session began, by the server's clock in microseconds; null if it is not known
     * @param lockIds the numbers of the locks that it may hold or wait for
     */
    public record Traces(
            OptionalInt pid,
            @Nullable Long serverStart,
            @Nullable Long start,
            Set<Long> lockIds) {}

    /**
     * A server's answer to the request to terminate a session.
     *
     * @param serverStart when the server that answers started
     * @param wasThere whether the session existed, and held one of its locks or waited for one
     */
    public record Termination(long serverStart, boolean wasThere) {}

    private static final String TEXT = "select " + Fragments.SERVER_START
            + ", (select pg_catalog.count(pg_catalog.pg_terminate_backend(found.pid))"
            + " from (select distinct l.pid from pg_catalog.pg_locks l"
            + " left join pg_catalog.pg_stat_get_activity(null) a on a.pid operator(pg_catalog.=) l.pid"
            + " where l.pid operator(pg_catalog.=) ?"
            + " and " + Fragments.LOCK_ID + " operator(pg_catalog.=) any(?::bigint[])"
            + " and (a.backend_start is null or ?::bigint is null or " + Fragments.micros("a.backend_start")
            + " operator(pg_catalog.=) ?::bigint) and (?::bigint is null or " + Fragments.SERVER_START
            + " operator(pg_catalog.=) ?::bigint) and " + Fragments.IS_LOCK_OF_THIS_DATABASE + ") as found)";

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setInt(1, other.pid().orElseThrow());
        statement.setString(2, Fragments.array(other.lockIds()));
        statement.setObject(3, other.start(), Types.BIGINT);
        statement.setObject(4, other.start(), Types.BIGINT);
        statement.setObject(5, other.serverStart(), Types.BIGINT);
        statement.setObject(6, other.serverStart(), Types.BIGINT);
    }

    @Override
    public Termination readRow(ResultSet row) throws SQLException {
        return new Termination(row.getLong(1), row.getInt(2) > 0);
    }
}
