// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Acquires a lock in the caller's transaction, if that runs on the expected database. A savepoint fails where there is
 * no {@linkplain SqlStates#isNoTransaction transaction}, and lets the transaction continue after any other error.
 * Settings have their former values afterwards.
 *
 * <p>The answer is the second of three results: the savepoint precedes it, and its release follows.
 *
 * @param mode how the lock excludes others
 * @param lockId the number of the lock
 * @param waitAtMost how long to wait for the lock before the statement ends with {@linkplain SqlStates#isWaitEnded an
 *     error}; zero for a statement that only tries
 * @param expected the database that has the locks
 */
public record TransactionAcquireStatement(LockMode mode, long lockId, Duration waitAtMost, Database expected)
        implements RowQuery<TransactionAcquireStatement.Answer> {

    /**
     * The server's answer to a statement that acquires a lock in a transaction.
     *
     * @param granted whether the lock was granted; null on a standby, on another database, and under REPEATABLE READ,
     *     where the statement asks for nothing
     * @param database the database of the transaction
     * @param repeatableRead whether the isolation level of the transaction is REPEATABLE READ
     */
    public record Answer(@Nullable Boolean granted, Database database, boolean repeatableRead) {}

    /** Resets the transaction to its state before a statement of this class that failed. */
    public static final String UNDO = "rollback to savepoint holdfast; release savepoint holdfast";

    private static final long LONGEST_WAIT_MILLIS = Integer.MAX_VALUE;

    private static final String TRY_EXCLUSIVE = text("pg_catalog.pg_try_advisory_xact_lock(?)", false);
    private static final String TRY_SHARED = text("pg_catalog.pg_try_advisory_xact_lock_shared(?)", false);
    private static final String WAIT_EXCLUSIVE =
            text("pg_catalog.pg_advisory_xact_lock(?)::pg_catalog.text is not null", true);
    private static final String WAIT_SHARED =
            text("pg_catalog.pg_advisory_xact_lock_shared(?)::pg_catalog.text is not null", true);

    private static String text(String grant, boolean waits) {
        return "savepoint holdfast; with before as materialized (select d.*,"
                + " pg_catalog.current_setting('transaction_isolation') as isolation,"
                + " pg_catalog.current_setting('lock_timeout') as lock_timeout"
                + (waits ? ", pg_catalog.set_config('lock_timeout', ?, true) as changed" : "")
                + " from (" + Fragments.DATABASE
                + ") as d), attempt as materialized (select started, oid, isolation, lock_timeout,"
                + " case when pg_catalog.pg_is_in_recovery() or isolation operator(pg_catalog.=) 'repeatable read'"
                + " or started operator(pg_catalog.<>) ? or oid operator(pg_catalog.<>) ? then null else "
                + grant
                + " end as granted from before), after as materialized (select granted, started, oid, isolation"
                + (waits ? ", pg_catalog.set_config('lock_timeout', lock_timeout, true) as restored" : "")
                + " from attempt) select granted, started, oid, isolation from after; release savepoint holdfast";
    }

    @Override
    public String text() {
        return switch (mode) {
            case EXCLUSIVE -> waitAtMost.isZero() ? TRY_EXCLUSIVE : WAIT_EXCLUSIVE;
            case SHARED -> waitAtMost.isZero() ? TRY_SHARED : WAIT_SHARED;
        };
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        int i = 1;
        if (!waitAtMost.isZero()) {
            statement.setString(i++, lockTimeout());
        }
        statement.setLong(i++, expected.serverStart());
        statement.setLong(i++, expected.oid());
        statement.setLong(i, lockId);
    }

    /** In milliseconds, where zero means no limit. */
    private String lockTimeout() {
        return waitAtMost.equals(LockRequest.UNLIMITED)
                ? "0"
                : Long.toString(Math.min(LONGEST_WAIT_MILLIS, Math.max(1, waitAtMost.toMillis())));
    }

    @Override
    public Answer readRow(ResultSet row) throws SQLException {
        return new Answer(
                row.getObject(1, Boolean.class),
                new Database(row.getLong(2), row.getLong(3)),
                row.getString(4).equals("repeatable read"));
    }
}
