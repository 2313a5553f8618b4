// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** What PostgreSQL says of a lock, asked on a session of its own. Used inside the server. */
public final class PgLocks {

    private PgLocks() {}

    /** How many sessions hold the lock. */
    public static int holders(long lockId) {
        return ask("count(*)", lockId);
    }

    /** How many sessions wait for the lock. */
    public static int waiters(long lockId) {
        return ask("count(*)", lockId, false);
    }

    /** Holds the lock while the work runs, on a session of its own, as a holder on another server does. */
    public static <T> T holding(long lockId, Callable<T> work) throws Exception {
        try (Connection connection = dataSource().getConnection()) {
            call(connection, "select pg_advisory_lock(?)", lockId);
            try {
                return work.call();
            } finally {
                call(connection, "select pg_advisory_unlock(?)", lockId);
            }
        }
    }

    private static void call(Connection connection, String sql, long lockId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, lockId);
            statement.execute();
        }
    }

    /** The backend that holds the lock. */
    public static int pidOf(long lockId) {
        return ask("pid", lockId);
    }

    /** The session of this connection. */
    public static int backendPid(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static int ask(String what, long lockId) {
        return ask(what, lockId, true);
    }

    private static int ask(String what, long lockId, boolean granted) {
        String sql = "select " + what + " from pg_locks where locktype = 'advisory' and objsubid = 1 and granted = "
                + granted + " and classid::bigint = ? and objid::bigint = ?";
        try (Connection connection = dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, lockId >>> 32);
            statement.setLong(2, lockId & 0xffff_ffffL);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a session does between two statements: idle, idle in transaction. The locker may be asking on it just now. */
    public static String restingStateOf(int pid) throws InterruptedException {
        String[] state = new String[1];
        eventually("a statement ends", () -> {
            state[0] = stateOf(pid);
            return !state[0].equals("active");
        });
        return state[0];
    }

    /** What a session does: idle, active, idle in transaction. */
    public static String stateOf(int pid) {
        try (Connection connection = dataSource().getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select state from pg_stat_activity where pid = ?")) {
            statement.setInt(1, pid);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "gone";
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the session that holds the lock, as an administrator would, and returns when it is gone. */
    public static void endSessionOf(long lockId) {
        endSession(pidOf(lockId));
    }

    /** Ends a session, and returns when it is gone. */
    public static void endSession(int pid) {
        try (Connection connection = dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement("select pg_terminate_backend(?, 10000)")) {
            statement.setInt(1, pid);
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static DataSource dataSource() {
        try {
            return (DataSource) new InitialContext().lookup("jdbc/holdfast");
        } catch (NamingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for what happens outside of the calling thread. */
    public static void eventually(String claim, BooleanSupplier condition) throws InterruptedException {
        eventually(claim, 20, condition);
    }

    static void eventually(String claim, long seconds, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                fail("not within " + seconds + " s: " + claim);
            }
            letPass(Duration.ofMillis(20));
        }
    }

    /** Time that a claim is about. It orders no threads: what has to come before is awaited. */
    public static void letPass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
