// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Asks whether the server is a standby. */
public record StandbyQuery() implements RowQuery<Boolean> {

    @Override
    public String text() {
        return "select pg_catalog.pg_is_in_recovery()";
    }

    @Override
    public Boolean readRow(ResultSet row) throws SQLException {
        return row.getBoolean(1);
    }
}
