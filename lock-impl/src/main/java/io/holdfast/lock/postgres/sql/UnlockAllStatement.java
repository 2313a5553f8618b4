// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Unlocks every lock of the session. The answer is always true. */
public record UnlockAllStatement() implements Query<Boolean> {

    @Override
    public String text() {
        return "select pg_catalog.pg_advisory_unlock_all()";
    }

    @Override
    public Boolean read(ResultSet rows) throws SQLException {
        return rows.next();
    }
}
