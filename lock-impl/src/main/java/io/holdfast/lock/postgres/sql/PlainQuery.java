// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A statement without parameters, whose answer is one row.
 *
 * @param <T> the answer
 */
public final class PlainQuery<T> implements RowQuery<T> {

    /** Asks for the session's process id. */
    public static final Query<Integer> BACKEND_PID = new PlainQuery<>("select " + Fragments.PID, row -> row.getInt(1));

    /** Asks whether the server is a standby. */
    public static final Query<Boolean> IS_STANDBY =
            new PlainQuery<>("select pg_catalog.pg_is_in_recovery()", row -> row.getBoolean(1));

    /** Asks which server this is. Fails on a standby, and for a role that may not see the identifier of the cluster. */
    public static final Query<ServerIdentity> SERVER_IDENTITY = new PlainQuery<>(
            "select system_identifier, " + Fragments.TIMELINE + " from pg_catalog.pg_control_system()",
            row -> new ServerIdentity(row.getLong(1), Long.parseLong(row.getString(2), 16)));

    /** Asks which database this is. */
    public static final Query<Database> DATABASE =
            new PlainQuery<>(Fragments.DATABASE, row -> new Database(row.getLong(1), row.getLong(2)));

    /** Unlocks every lock of the session. The answer is always true. */
    public static final Query<Boolean> UNLOCK_ALL =
            new PlainQuery<>("select pg_catalog.pg_advisory_unlock_all()", row -> true);

    private final String text;
    private final Reader<T> reader;

    private PlainQuery(String text, Reader<T> reader) {
        this.text = text;
        this.reader = reader;
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public T readRow(ResultSet row) throws SQLException {
        return reader.read(row);
    }
}
