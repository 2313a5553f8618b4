// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/** Looks at the server from a session of its own, so that no test has to believe the locker. */
record Server(TestDatabase database) {

    /** One row of pg_locks. */
    record Row(int pid, String mode, boolean granted) {}

    List<Row> locks(long lockId) {
        String sql = "select pid, mode, granted from pg_locks where locktype = 'advisory' and objsubid = 1"
                + " and classid::bigint = ? and objid::bigint = ? order by granted desc";
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, lockId >>> 32);
            statement.setLong(2, lockId & 0xffff_ffffL);
            List<Row> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(new Row(result.getInt(1), result.getString(2), result.getBoolean(3)));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    int holder(long lockId) {
        return locks(lockId).stream()
                .filter(Row::granted)
                .findFirst()
                .orElseThrow()
                .pid();
    }

    boolean isFree(long lockId) {
        return locks(lockId).isEmpty();
    }

    long advisoryLocks() {
        return ask("select count(*) from pg_locks where locktype = 'advisory'");
    }

    /** The same in pid and start, so that a process id that was given again does not count. */
    boolean sessionExists(int pid) {
        return ask("select count(*) from pg_stat_activity where pid = " + pid) > 0;
    }

    /** Ends the session and returns when it is gone. */
    void terminate(int pid) {
        ask("select pg_terminate_backend(" + pid + ", 10000)::int");
    }

    long ask(String sql) {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether new sessions are served there. */
    static boolean answers(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** What is outside of this JVM takes its time. */
    static void eventually(String claim, BooleanSupplier condition) throws InterruptedException {
        within(Duration.ofSeconds(20), claim, condition);
    }

    /** As {@link #eventually}, where how long it takes is part of the claim. */
    static void within(Duration bound, String claim, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                fail("not within " + bound.toMillis() + " ms: " + claim);
            }
            letPass(Duration.ofMillis(10));
        }
    }

    /** What holds all that time, however often it is looked at. */
    static void throughout(Duration time, String claim, BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < time.toNanos()) {
            assertTrue(condition.getAsBoolean(), claim);
            letPass(Duration.ofMillis(5));
        }
    }

    /** Time that a claim is about. It orders no threads: what has to come before is awaited. */
    static void letPass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
