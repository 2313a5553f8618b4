// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Asks for the session's process id. */
public record BackendPidQuery() implements RowQuery<Integer> {

    @Override
    public String text() {
        return "select pg_catalog.pg_backend_pid()";
    }

    @Override
    public Integer readRow(ResultSet row) throws SQLException {
        return row.getInt(1);
    }
}
