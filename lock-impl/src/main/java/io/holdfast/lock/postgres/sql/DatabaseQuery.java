// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Asks which database this is. */
public record DatabaseQuery() implements RowQuery<Database> {

    static final String TEXT = "select " + Fragments.SERVER_START
            + " as started, oid::bigint from pg_catalog.pg_database"
            + " where datname operator(pg_catalog.=) pg_catalog.current_database()";

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public Database readRow(ResultSet row) throws SQLException {
        return new Database(row.getLong(1), row.getLong(2));
    }
}
