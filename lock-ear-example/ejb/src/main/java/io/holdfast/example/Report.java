// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** A job that every node starts at the same time, and that must run once for each tick. */
@Stateless
public class Report {

    /** The lock of the job. */
    public static final String REPORT = "report";

    private static final int MIN_HOLD = 3;

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    /**
     * Writes the report. The node that gets the lock writes, and the others skip this tick. The lock is kept for
     * {@link #MIN_HOLD} seconds, so that a node whose timer is late by less than that skips the tick too. One that is
     * later still finds the tick written.
     *
     * @param tick its number
     */
    @Locked(value = REPORT, ifBusy = IfBusy.SKIP, minHold = MIN_HOLD)
    public void write(long tick) {
        writeUnlessWritten(tick);
    }

    /**
     * The same without the lock: every node writes.
     *
     * @param tick its number
     */
    public void writeWithoutLock(long tick) {
        writeUnlessWritten(tick);
    }

    private void writeUnlessWritten(long tick) {
        try (Connection connection = dataSource.getConnection()) {
            if (isWritten(connection, tick)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(300); // writing takes its time
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into report (tick, node) values (?, ?)")) {
                insert.setLong(1, tick);
                insert.setString(2, Node.NAME);
                insert.executeUpdate();
            }
        } catch (SQLException e) {
            throw new BoxOfficeException("the report was not written", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BoxOfficeException("interrupted before the report was written", e);
        }
    }

    private static boolean isWritten(Connection connection, long tick) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select from report where tick >= ?")) {
            select.setLong(1, tick);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }
}
