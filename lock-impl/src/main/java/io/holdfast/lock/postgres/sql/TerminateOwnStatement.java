// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/**
 * Has a session terminate itself, so that the statement fails. The answer false means that the connection leads to a
 * different session, which is left alone.
 *
 * @param pid the process id that the session must have; null for any
 */
public record TerminateOwnStatement(@Nullable Integer pid) implements Query<Boolean> {

    private static final String TEXT = "select pg_catalog.pg_terminate_backend(own.pid) from (select " + Fragments.PID
            + ") as own (pid) where own.pid operator(pg_catalog.=) coalesce(?::pg_catalog.int4, own.pid)";

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setObject(1, pid, Types.INTEGER);
    }

    @Override
    public Boolean read(ResultSet rows) throws SQLException {
        return rows.next();
    }
}
