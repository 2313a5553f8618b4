// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Acquires a lock on a session that is ready: it was wiped, its lease is set, and nobody else has used it since. So
 * this is as short as a statement for a lock can be, and changes no setting except the name that the session shows. A
 * ready session is on a primary, which does not become a standby while it has sessions.
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
     * @param seconds the time that it shows, in seconds since 1970; null to show the server's time, which takes the
     *     server longer, and is what statements show that wait or make a fencing token
     */
    public record NameChange(
            String former, SessionName name, @Nullable Long seconds) {

        private String text() {
            return name.at(former, Objects.requireNonNull(seconds));
        }
    }

    /**
     * The server's answer.
     *
     * @param granted whether the lock was granted
     * @param pid the process id of the session that answered
     * @param waited how long the server had the statement before it granted the lock; zero if it only tried
     * @param token the fencing token; null unless one was requested, the lock was granted, and the token is confirmed
     * @param clock the server's clock, in microseconds since 1970; null if it was not read
     */
    public record Answer(
            boolean granted,
            int pid,
            Duration waited,
            @Nullable FencingToken token,
            @Nullable Long clock) {}

    private static final int SHARED = 1;
    private static final int WAITS = 2;
    private static final int SHOWS_NAME = 4;
    private static final int FENCED = 8;
    private static final int SHOWS_GIVEN_TIME = 16;

    /** Has one parameter. */
    private static final String SHOW_GIVEN_NAME = "pg_catalog.set_config('application_name', ?, false)";

    /** The text of each variant, at the sum of what is true of it. */
    private static final String[] TEXTS =
            IntStream.range(0, 32).mapToObj(ReadyAcquireStatement::text).toArray(String[]::new);

    private static String text(int variant) {
        boolean waits = (variant & WAITS) != 0;
        boolean showsName = (variant & SHOWS_NAME) != 0;
        boolean fenced = (variant & FENCED) != 0;
        LockMode mode = (variant & SHARED) != 0 ? LockMode.SHARED : LockMode.EXCLUSIVE;
        String attempt = AcquireStatement.attempt(mode);
        if (waits || fenced) {
            return inSteps(waits ? AcquireStatement.wait(mode) : attempt, waits, showsName, fenced);
        }
        if (!showsName) {
            return "select " + attempt + ", " + Fragments.PID;
        }
        return (variant & SHOWS_GIVEN_TIME) != 0
                ? "select " + grantedAndShown(attempt, SHOW_GIVEN_NAME) + ", " + Fragments.PID
                : "select " + grantedAndShown(attempt, SessionSettings.SHOW_NAME) + ", " + Fragments.PID + ", "
                        + AcquireStatement.CLOCK;
    }

    /** The name is set when the lock is granted, since a case evaluates what it needs, in this order. */
    private static String grantedAndShown(String attempt, String show) {
        return "case when " + attempt + " then " + show + " is not null else false end";
    }

    /** What precedes the attempt, and what follows the grant, need an order. */
    private static String inSteps(String granted, boolean waits, boolean showsName, boolean fenced) {
        return (waits ? AcquireStatement.BEFORE_WAIT : "")
                + "with before as materialized (select " + before(waits, showsName, fenced)
                + "), attempt as materialized (select " + granted
                + " as granted from before) select granted, " + Fragments.PID
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
                        + (fenced ? FENCED : 0)
                        + (showsGivenTime() ? SHOWS_GIVEN_TIME : 0)];
    }

    /** Whether it only tries, and makes no token. */
    private boolean isPlain() {
        return waitAtMost == null && !fenced;
    }

    private boolean showsGivenTime() {
        return name != null && name.seconds() != null && isPlain();
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
        if (name != null && showsGivenTime()) {
            statement.setString(i, name.text());
        } else if (name != null) {
            statement.setString(i++, name.name().precedingTime(name.former()));
            statement.setString(i, name.name().after());
        }
    }

    @Override
    public Answer readRow(ResultSet row) throws SQLException {
        int next = 3;
        Duration waited = waitAtMost == null ? Duration.ZERO : AcquireStatement.waited(row, next++);
        FencingToken token = fenced ? AcquireStatement.token(row, next) : null;
        Long clock = name != null && isPlain() && !showsGivenTime() ? (Long) row.getLong(next) : null;
        return new Answer(row.getBoolean(1), row.getInt(2), waited, token, clock);
    }
}
