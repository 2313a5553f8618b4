// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement.NameChange;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Unlocks an exclusive lock, and tries to acquire it again. If another session waits in the server's queue, that
 * session gets the lock. A session that is not the expected one is not changed.
 *
 * @param lockId the number of the lock
 * @param pid the process id of the session that holds it
 * @param name what the session shows with the new grant; null to leave the name as it is
 * @param fenced whether the new grant needs a fencing token
 */
public record YieldStatement(long lockId, int pid, @Nullable NameChange name, boolean fenced)
        implements RowQuery<YieldStatement.Yielded> {

    /**
     * The server's answer.
     *
     * @param wasHeld whether the session held the lock until then
     * @param granted whether it holds the lock again
     * @param token the fencing token; null unless one was requested and the lock was granted again, and if it is not
     *     confirmed
     */
    public record Yielded(
            boolean wasHeld, boolean granted, @Nullable FencingToken token) {}

    private static final int SHOWS_NAME = 1;
    private static final int FENCED = 2;

    /** What the server answers if there is no fencing token. */
    private static final int NOT_HELD = 0;

    private static final int UNLOCKED = 1;
    private static final int GRANTED = 2;

    private static final String PID_IS = Fragments.PID + " operator(pg_catalog.";
    private static final String UNLOCK = "pg_catalog.pg_advisory_unlock(?)";
    private static final String ATTEMPT = AcquireStatement.attempt(LockMode.EXCLUSIVE);

    /** The text of each variant, at the sum of what is true of it. */
    private static final String[] TEXTS =
            IntStream.range(0, 4).mapToObj(YieldStatement::text).toArray(String[]::new);

    private static String text(int variant) {
        boolean showsName = (variant & SHOWS_NAME) != 0;
        return (variant & FENCED) != 0 ? inSteps(showsName) : inOneCase(showsName);
    }

    /** A case evaluates its conditions in their order, up to the first one that is true. */
    private static String inOneCase(boolean showsName) {
        return "select case when " + PID_IS + "<>) ? then " + NOT_HELD
                + " when not " + UNLOCK + " then " + NOT_HELD
                + " when not " + ATTEMPT + " then " + UNLOCKED
                + (showsName ? " when " + SessionSettings.SHOW_NAME + " is not null then " : " else ") + GRANTED
                + " end";
    }

    /** What precedes the attempt, and what follows the grant, need an order. */
    private static String inSteps(boolean showsName) {
        return "with this as materialized (select " + PID_IS + "=) ? as one, " + AcquireStatement.FLUSH
                + "), before as materialized (select case when one then " + UNLOCK
                + " else false end as held from this), attempt as materialized (select held, case when held then "
                + ATTEMPT + " else false end as granted from before)"
                + " select held, granted" + AcquireStatement.TOKEN
                + (showsName ? ", case when granted then " + SessionSettings.SHOW_NAME + " end" : "")
                + " from attempt";
    }

    @Override
    public String text() {
        return TEXTS[(name != null ? SHOWS_NAME : 0) + (fenced ? FENCED : 0)];
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setInt(1, pid);
        statement.setLong(2, lockId);
        statement.setLong(3, lockId);
        if (name != null) {
            statement.setString(4, name.name().precedingTime(name.former()));
            statement.setString(5, name.name().after());
        }
    }

    @Override
    public Yielded readRow(ResultSet row) throws SQLException {
        if (fenced) {
            return new Yielded(row.getBoolean(1), row.getBoolean(2), AcquireStatement.token(row, 3));
        }
        int answer = row.getInt(1);
        return new Yielded(answer != NOT_HELD, answer == GRANTED, null);
    }
}
