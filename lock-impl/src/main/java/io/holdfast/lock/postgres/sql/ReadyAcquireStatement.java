// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Acquires a lock on a session that is ready: it was wiped, its lease is set, and nobody else has used it since. So
 * this is as short as a statement for a lock can be, and changes no setting except the name that the session shows.
 *
 * @param mode how the lock excludes others
 * @param lockId the number of the lock
 * @param waitAtMost how long to wait for the lock before the statement ends with {@linkplain SqlStates#isWaitEnded an
 *     error}; null for a statement that only tries
 * @param name what the winner shows from now on; null to leave the name as it is
 * @param fenced whether the winner makes a fencing token
 */
public record ReadyAcquireStatement(
        LockMode mode,
        long lockId,
        @Nullable Duration waitAtMost,
        @Nullable NameChange name,
        boolean fenced) implements RowQuery<ReadyAcquireStatement.Answer> {

    /**
     * A change of the name that a session shows.
     *
     * @param former the application name as it was before the first lock, which the session shows while it waits
     * @param name the new name
     */
    public record NameChange(String former, SessionName name) {}

    /**
     * The server's answer.
     *
     * @param granted whether the lock was granted; null on a standby, which grants nothing
     * @param pid the process id of the session that answered
     * @param waited how long the server had the statement before it granted the lock; zero if it only tried
     * @param token the fencing token; null unless one was requested, the lock was granted, and the token is confirmed
     */
    public record Answer(
            @Nullable Boolean granted,
            int pid,
            Duration waited,
            @Nullable FencingToken token) {}

    private static final int SHARED = 1;
    private static final int WAITS = 2;
    private static final int SHOWS_NAME = 4;
    private static final int FENCED = 8;

    private static final String UNLESS_STANDBY = "case when pg_catalog.pg_is_in_recovery() then null ";

    /** The text of each variant, at the sum of what is true of it. */
    private static final String[] TEXTS =
            IntStream.range(0, 16).mapToObj(ReadyAcquireStatement::text).toArray(String[]::new);

    private static String text(int variant) {
        boolean waits = (variant & WAITS) != 0;
        boolean showsName = (variant & SHOWS_NAME) != 0;
        boolean fenced = (variant & FENCED) != 0;
        LockMode mode = (variant & SHARED) != 0 ? LockMode.SHARED : LockMode.EXCLUSIVE;
        String granted = UNLESS_STANDBY + "else "
                + (waits ? AcquireStatement.wait(mode) : AcquireStatement.attempt(mode)) + " end";
        return waits || fenced
                ? inSteps(granted, waits, showsName, fenced)
                : "select " + (showsName ? grantedAndShown(mode) : granted) + ", pg_catalog.pg_backend_pid()";
    }

    /** The name is set when the lock is granted, since a case evaluates what it needs, in this order. */
    private static String grantedAndShown(LockMode mode) {
        return UNLESS_STANDBY + "when " + AcquireStatement.attempt(mode) + " then " + SessionSettings.SHOW_NAME
                + " is not null else false end";
    }

    /** What precedes the attempt, and what follows the grant, need an order. */
    private static String inSteps(String granted, boolean waits, boolean showsName, boolean fenced) {
        return (waits ? AcquireStatement.BEFORE_WAIT : "")
                + "with before as materialized (select " + before(waits, showsName, fenced)
                + "), attempt as materialized (select " + granted
                + " as granted from before) select granted, pg_catalog.pg_backend_pid()"
                + (waits ? AcquireStatement.WAITED : "")
                + (fenced ? AcquireStatement.TOKEN : "")
                + (showsName ? ", case when granted then " + SessionSettings.SHOW_NAME + " end" : "")
                + " from attempt";
    }

    /** In force until the end of the statement. */
    private static String before(boolean waits, boolean showsName, boolean fenced) {
        return (waits ? AcquireStatement.LIMIT_WAIT : "")
                + (waits && showsName ? ", pg_catalog.set_config('application_name', ?, true) as name" : "")
                + (waits && fenced ? ", " : "")
                + (fenced ? AcquireStatement.FLUSH : "");
    }

    @Override
    public String text() {
        return TEXTS[
                (mode == LockMode.SHARED ? SHARED : 0)
                        + (waitAtMost != null ? WAITS : 0)
                        + (name != null ? SHOWS_NAME : 0)
                        + (fenced ? FENCED : 0)];
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        int i = 1;
        if (waitAtMost != null) {
            statement.setString(i++, Fragments.millis(waitAtMost));
            if (name != null) {
                statement.setString(i++, name.former());
            }
        }
        statement.setLong(i++, lockId);
        if (name != null) {
            statement.setString(i++, name.name().precedingTime(name.former()));
            statement.setString(i, name.name().after());
        }
    }

    @Override
    public Answer readRow(ResultSet row) throws SQLException {
        int next = 3;
        Duration waited = waitAtMost == null ? Duration.ZERO : AcquireStatement.waited(row, next++);
        FencingToken token = fenced ? AcquireStatement.token(row, next) : null;
        return new Answer(AcquireStatement.bool(row, 1), row.getInt(2), waited, token);
    }
}
