// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Acquires a lock until the session ends or unlocks it, on a session whose state is not known. See
 * {@link ReadyAcquireStatement} for the others.
 *
 * @param mode how the lock excludes others
 * @param lockId the number of the lock
 * @param waitAtMost how long to wait for the lock before the statement ends with {@linkplain SqlStates#isWaitEnded an
 *     error}; null for a statement that only tries
 * @param settings what the winner sets on its session. The session is wiped first: pools clean nothing, and a lock that
 *     an earlier user left on it would be granted again although others may rely on it
 * @param fenced whether the winner makes a fencing token
 */
public record AcquireStatement(
        LockMode mode, long lockId, @Nullable Duration waitAtMost, SessionSettings settings, boolean fenced)
        implements RowQuery<AcquireStatement.Acquired> {

    /**
     * The server's answer to a statement that acquires a lock or makes a session ready for locks.
     *
     * @param granted whether the lock was granted; null on a standby, which grants nothing
     * @param backend the session that answered
     * @param waited how long the server had the statement before it granted the lock; zero if it only tried
     * @param former the settings of the session as they were; null if it was ready before
     * @param token the fencing token; null unless one was requested, the lock was granted, and the token is confirmed
     */
    public record Acquired(
            @Nullable Boolean granted,
            Backend backend,
            Duration waited,
            @Nullable FormerSettings former,
            @Nullable FencingToken token) {

        static Acquired read(ResultSet row) throws SQLException {
            return new Acquired(
                    bool(row, 1),
                    new Backend(row.getInt(2), row.getLong(3), row.getLong(8)),
                    AcquireStatement.waited(row, 9),
                    new FormerSettings(row.getString(4), row.getString(5)),
                    AcquireStatement.token(row, 6));
        }
    }

    /**
     * Precedes a wait in the same round trip, and is in force until the wait ends. It switches off the limits that
     * would end the session, or the wait and with it the place in the queue. It makes the server check whether the
     * client is still there, which the server does not do by itself while a statement waits. It has to be a statement
     * of its own, since the server reads the settings when a statement begins. Versions before PostgreSQL 14 do not
     * have the check, and systems other than Linux reject it.
     */
    static final String BEFORE_WAIT = "select pg_catalog.set_config('statement_timeout', '0', true),"
            + " case when pg_catalog.current_setting('transaction_timeout', true) is not null then"
            + " pg_catalog.set_config('transaction_timeout', '0', true) end,"
            + " case when pg_catalog.version() operator(pg_catalog.~~) '%linux%' then"
            + " pg_catalog.set_config('tcp_keepalives_idle', '5', true)"
            + " operator(pg_catalog.||) pg_catalog.set_config('tcp_keepalives_interval', '2', true)"
            + " operator(pg_catalog.||) pg_catalog.set_config('tcp_keepalives_count', '3', true)"
            + " operator(pg_catalog.||) case when"
            + " pg_catalog.current_setting('client_connection_check_interval', true) is not null then"
            + " pg_catalog.set_config('client_connection_check_interval', '1000', true) end end; ";

    /**
     * The write-ahead log is the server's only source of numbers that a crash does not set back, if the record is
     * flushed.
     */
    static final String TOKEN = ", case when granted then (pg_catalog.pg_logical_emit_message(true, 'holdfast', '')"
            + " operator(pg_catalog.-) '0/0'::pg_catalog.pg_lsn)::pg_catalog.text end,"
            + " case when granted then " + Fragments.TIMELINE + " end";

    private static final String NO_TOKEN = ", null, null";

    /** How long the server has had the statement. */
    static final String WAITED = ", "
            + Fragments.micros(
                    "(pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.statement_timestamp())");

    /** Limits the wait; has one parameter. */
    static final String LIMIT_WAIT = "pg_catalog.set_config('lock_timeout', ?, true) as lock_timeout";

    /** Makes the server flush the record of the fencing token, and warn if the standbys have not confirmed it. */
    static final String FLUSH = "pg_catalog.set_config('synchronous_commit', 'on', true) as synchronous_commit,"
            + " pg_catalog.set_config('client_min_messages', 'warning', true) as client_min_messages";

    /** The server's clock, in microseconds since 1970. */
    static final String CLOCK = Fragments.micros("pg_catalog.clock_timestamp()");

    private static final int SHARED = 1;
    private static final int WAITS = 2;
    private static final int FENCED = 4;
    private static final int VARIANTS = 8;

    /** The text of each variant, at the sum of what is true of it. */
    private static final String[] TEXTS = IntStream.range(0, VARIANTS * SessionSettings.VARIANTS)
            .mapToObj(AcquireStatement::text)
            .toArray(String[]::new);

    private static String text(int variant) {
        boolean waits = (variant & WAITS) != 0;
        LockMode mode = (variant & SHARED) != 0 ? LockMode.SHARED : LockMode.EXCLUSIVE;
        return text(waits ? wait(mode) : attempt(mode), waits, variant / VARIANTS, (variant & FENCED) != 0);
    }

    /** Tries to acquire the lock; has one parameter, as {@link #wait} does. */
    static String attempt(LockMode mode) {
        return "pg_catalog.pg_try_advisory_lock" + Fragments.suffix(mode) + "(?)";
    }

    /** Is true when the lock is granted. */
    static String wait(LockMode mode) {
        return "pg_catalog.pg_advisory_lock" + Fragments.suffix(mode) + "(?)::pg_catalog.text is not null";
    }

    /**
     * The columns are: whether the lock was granted (null on a standby), the process id, the server's clock,
     * idle_session_timeout (null before PostgreSQL 14) and application_name as they were, the position and the timeline
     * of the fencing token (null without one), when the server started, and how long the statement waited. If it waits,
     * another result precedes that row.
     */
    static String text(String grant, boolean waits, int settings, boolean fenced) {
        return (waits ? BEFORE_WAIT : "")
                + "with before as materialized (select"
                + " pg_catalog.current_setting('idle_session_timeout', true) as idle_timeout,"
                + " pg_catalog.current_setting('application_name') as name"
                + ", pg_catalog.pg_advisory_unlock_all() as wiped"
                + (waits ? ", " + LIMIT_WAIT : "")
                + (fenced ? ", " + FLUSH : "")
                + "), attempt as materialized (select idle_timeout, name,"
                + " case when pg_catalog.pg_is_in_recovery() then null else " + grant + " end as granted from before)"
                + " select granted, " + Fragments.PID + ", "
                + CLOCK + ", idle_timeout, name"
                + (fenced ? TOKEN : NO_TOKEN) + ", " + Fragments.SERVER_START + (waits ? WAITED : ", 0")
                + SessionSettings.columns(settings)
                + " from attempt";
    }

    /** Whether it only tries, and makes no token. */
    public boolean isPlain() {
        return waitAtMost == null && !fenced;
    }

    @Override
    public String text() {
        return TEXTS[
                (mode == LockMode.SHARED ? SHARED : 0)
                        + (waitAtMost != null ? WAITS : 0)
                        + (fenced ? FENCED : 0)
                        + VARIANTS * settings.variant()];
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        int i = 1;
        if (waitAtMost != null) {
            statement.setString(i++, Fragments.millis(waitAtMost));
        }
        statement.setLong(i++, lockId);
        settings.bind(statement, i);
    }

    @Override
    public Acquired readRow(ResultSet row) throws SQLException {
        return Acquired.read(row);
    }

    /**
     * Reads the position and the timeline. Returns null if there are none, since the lock was not granted, and if the
     * standbys have not confirmed the token: when the server is to stop waiting for them, as by a cancel, the
     * statement succeeds with a warning.
     *
     * @param first the column of the position
     */
    @Nullable
    static FencingToken token(ResultSet row, int first) throws SQLException {
        String position = row.getString(first);
        String timeline = row.getString(first + 1);
        return position == null || timeline == null || isWarned(row.getStatement())
                ? null
                : new FencingToken(Long.parseLong(timeline, 16), Long.parseLong(position));
    }

    /** Reads a truth value, which may be null, without a search for the type of the column. */
    static @Nullable Boolean bool(ResultSet row, int column) throws SQLException {
        boolean value = row.getBoolean(column);
        return row.wasNull() ? null : (Boolean) value;
    }

    /**
     * Reads how long a statement waited.
     *
     * @param column where it is, in microseconds
     */
    static Duration waited(ResultSet row, int column) throws SQLException {
        return Duration.of(row.getLong(column), ChronoUnit.MICROS);
    }

    private static boolean isWarned(Statement statement) throws SQLException {
        for (SQLWarning each = statement.getWarnings(); each != null; each = each.getNextWarning()) {
            if (SqlStates.isWarning(each)) {
                return true;
            }
        }
        return false;
    }
}
