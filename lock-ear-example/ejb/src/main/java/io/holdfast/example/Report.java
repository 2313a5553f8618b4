// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** A job that every server's timer starts at the same time, and that must run once for each tick. */
@Singleton
@Startup
@DependsOn("Schema")
public class Report {

    /** The lock of the job. */
    public static final String REPORT = "report";

    /** Seconds between two ticks. */
    public static final int INTERVAL = 5;

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    @Schedule(second = "*/" + INTERVAL, minute = "*", hour = "*", persistent = false)
    @Locked(REPORT)
    void write() {
        long tick = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()) / INTERVAL;
        try (Connection connection = dataSource.getConnection()) {
            if (!isWritten(connection, tick)) {
                TimeUnit.MILLISECONDS.sleep(300); // writing takes its time
                insert(connection, tick);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isWritten(Connection connection, long tick) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select 1 from report where tick = ?")) {
            select.setLong(1, tick);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static void insert(Connection connection, long tick) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into report (tick, node) values (?, ?)")) {
            insert.setLong(1, tick);
            insert.setString(2, Node.NAME);
            insert.executeUpdate();
        }
    }
}
