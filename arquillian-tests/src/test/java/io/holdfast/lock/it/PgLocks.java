// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
        String sql = "select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1 and granted"
                + " and classid::bigint = ? and objid::bigint = ?";
        try (Connection connection = dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            return count(statement, lockId);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static int count(PreparedStatement statement, long lockId) throws SQLException {
        statement.setLong(1, lockId >>> 32);
        statement.setLong(2, lockId & 0xffff_ffffL);
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static DataSource dataSource() {
        try {
            return (DataSource) new InitialContext().lookup("java:jboss/datasources/HoldfastDS");
        } catch (NamingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for what happens outside of the calling thread. */
    public static void eventually(String claim, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                fail("not within 20 s: " + claim);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
