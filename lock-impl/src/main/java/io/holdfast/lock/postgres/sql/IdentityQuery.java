// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Asks which server this is. Fails on a standby, and for a role that may not see the identifier of the cluster. */
public record IdentityQuery() implements RowQuery<ServerIdentity> {

    private static final String TEXT =
            "select system_identifier, " + Fragments.TIMELINE + " from pg_catalog.pg_control_system()";

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public ServerIdentity readRow(ResultSet row) throws SQLException {
        return new ServerIdentity(row.getLong(1), Long.parseLong(row.getString(2), 16));
    }
}
