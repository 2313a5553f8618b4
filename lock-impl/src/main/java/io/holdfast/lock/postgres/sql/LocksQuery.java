// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockInfo.Session;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.SessionName.Published;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks who holds locks or waits for them, in this database.
 *
 * @param lockId the number of the lock; null for all locks
 */
public record LocksQuery(@Nullable Long lockId) implements Query<List<LocksQuery.LockRow>> {

    /**
     * A session that holds a lock or waits for it.
     *
     * @param lockId the number of the lock
     * @param granted whether the session holds it, as opposed to waiting for it
     * @param session the session
     */
    public record LockRow(long lockId, boolean granted, Session session) {

        /**
         * What the session shows of its lock.
         *
         * @return what it shows; empty if it is no session of this library
         */
        public Optional<Published> published() {
            return SessionName.parse(session.applicationName());
        }
    }

    private static final String ISO = ", 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

    private static final String TEXT = "select l.pid, " + Fragments.LOCK_ID + " as lock_id, l.granted,"
            + " l.mode operator(pg_catalog.=) 'ShareLock' as shared, a.usename, a.application_name,"
            + " pg_catalog.host(a.client_addr) as client_addr,"
            + " pg_catalog.to_char(a.backend_start at time zone 'UTC'" + ISO + " as started_at,"
            // By way of JSON, since the column does not exist before PostgreSQL 14.
            + " pg_catalog.to_char((pg_catalog.to_jsonb(l) operator(pg_catalog.->>) 'waitstart')"
            + "::timestamp with time zone at time zone 'UTC'" + ISO + " as waiting_since"
            + " from pg_catalog.pg_locks l"
            + " left join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) l.pid"
            + " where " + Fragments.IS_LOCK_OF_THIS_DATABASE
            + " and (?::bigint is null or " + Fragments.LOCK_ID + " operator(pg_catalog.=) ?)";

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setObject(1, lockId, Types.BIGINT);
        statement.setObject(2, lockId, Types.BIGINT);
    }

    @Override
    public List<LockRow> read(ResultSet rows) throws SQLException {
        List<LockRow> all = new ArrayList<>();
        while (rows.next()) {
            boolean granted = rows.getBoolean("granted");
            all.add(new LockRow(rows.getLong("lock_id"), granted, session(rows, granted)));
        }
        return all;
    }

    private static Session session(ResultSet row, boolean granted) throws SQLException {
        String applicationName = text(row, "application_name");
        return new Session(
                row.getInt("pid"),
                instant(row, "started_at"),
                row.getBoolean("shared") ? LockMode.SHARED : LockMode.EXCLUSIVE,
                text(row, "usename"),
                applicationName,
                row.getString("client_addr"),
                granted ? grantedAt(applicationName) : instant(row, "waiting_since"));
    }

    @Nullable
    private static Instant grantedAt(String applicationName) {
        return SessionName.parse(applicationName).map(Published::grantedAt).orElse(null);
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNullElse(row.getString(column), "");
    }

    @Nullable
    private static Instant instant(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : Instant.parse(text);
    }
}
