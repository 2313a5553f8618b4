// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import java.sql.Connection;
import java.sql.PreparedStatement;
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

    private static final int MIN_HOLD = 3;

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    /**
     * The timer fires on every server; the one that gets the lock writes, and the others skip this tick. The lock is kept for
     * {@link #MIN_HOLD} seconds, so that a server whose timer is late by less than that skips it too. One that is later still finds
     * the tick written.
     */
    @Schedule(second = "*/" + INTERVAL, minute = "*", hour = "*", persistent = false)
    @Locked(value = REPORT, ifBusy = IfBusy.SKIP, minHold = MIN_HOLD)
    void write() {
        long tick = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()) / INTERVAL;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into report (tick, node) select ?, ? where not exists (select 1 from report where tick = ?)")) {
            TimeUnit.MILLISECONDS.sleep(300); // writing takes its time
            insert.setLong(1, tick);
            insert.setString(2, Node.NAME);
            insert.setLong(3, tick);
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new BoxOfficeException("the report was not written", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BoxOfficeException("interrupted before the report was written", e);
        }
    }
}
