// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.connection;

import io.holdfast.lock.postgres.sql.Query;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The statement that a session runs at present, if any. One thread runs it; others see how long it takes, and cancel
 * it.
 */
public final class RunningStatement {

    private volatile boolean runs;

    /** Whether nobody limits the time of the statement that runs. Written before {@code runs}. */
    private volatile boolean unlimited;

    /** When the last statement began; written before {@code runs}. */
    private volatile long startNanos;

    /** Null before the statement is prepared, and while none runs. */
    private volatile @Nullable Statement statement;

    /**
     * Runs the statement and reads its answer. The caller sees to it that no other one runs.
     *
     * @param limited whether the caller limits the time of the statement
     * @param now the value of {@link System#nanoTime}
     */
    public <T> T run(Connection connection, Query<T> query, boolean limited, long now) throws SQLException {
        startNanos = now;
        unlimited = !limited;
        runs = true;
        try (PreparedStatement prepared = connection.prepareStatement(query.text())) {
            query.bind(prepared);
            statement = prepared;
            prepared.execute();
            return query.read(lastResult(prepared));
        } finally {
            statement = null;
            runs = false;
        }
    }

    /** A statement that waits has another result first, which nobody needs. */
    private static ResultSet lastResult(Statement statement) throws SQLException {
        ResultSet result = statement.getResultSet();
        while (statement.getMoreResults(Statement.KEEP_CURRENT_RESULT)) {
            result = statement.getResultSet();
        }
        return result;
    }

    /** Whether a statement has been running for longer than this. */
    public boolean takesLongerThan(Duration limit) {
        return runs && System.nanoTime() - startNanos > limit.toNanos();
    }

    /** As {@link #takesLongerThan}, for a statement whose time nobody limits. */
    public boolean isUnlimitedAndTakesLongerThan(Duration limit) {
        return takesLongerThan(limit) && unlimited;
    }

    /**
     * Asks the server to cancel the statement, if one runs. This has no effect on a statement that has not been sent
     * yet.
     */
    public void cancel() {
        Statement canceled = statement;
        if (canceled != null) {
            try {
                canceled.cancel();
            } catch (SQLException | RuntimeException e) {
                Messages.LOG.log(System.Logger.Level.DEBUG, "cancel failed", e);
            }
        }
    }
}
