// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * One server has the till open; the others wait to take over. While it is open, a row in the database says when it was
 * last seen, which tells how long nobody had it when the next server took over.
 */
@Singleton
@Startup
@DependsOn("Schema")
@TransactionManagement(TransactionManagementType.BEAN)
public class Till {

    /** The lock of the till. */
    public static final String TILL = "till";

    private static final System.Logger LOG = System.getLogger(Till.class.getName());
    private static final long BEAT_MILLIS = 50;
    private static final long PAUSE_MILLIS = 1_000;

    @Inject
    private Locker locker;

    @Resource
    private ManagedExecutorService executor;

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    private volatile boolean stopped;

    @PostConstruct
    void start() {
        executor.submit(this::openAgainAndAgain);
    }

    @PreDestroy
    void stop() {
        stopped = true;
    }

    private void openAgainAndAgain() {
        while (!stopped) {
            try (LockHandle handle = locker.acquire(LockRequest.of(TILL).waitAtMost(LockRequest.UNLIMITED))) {
                keepOpen(handle);
            } catch (LockException | SQLException e) {
                LOG.log(Level.WARNING, "the till was closed: " + e.getMessage());
                pause(PAUSE_MILLIS);
            } catch (IllegalStateException e) {
                stopped = true; // the application stops
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stopped = true;
            }
        }
    }

    /** Asks at every beat whether the lock is still held: a till without its lock must close. */
    private void keepOpen(LockHandle handle) throws SQLException {
        long id = open();
        while (!stopped) {
            handle.refresh(LockRequest.UNLIMITED);
            seen(id);
            pause(BEAT_MILLIS);
        }
    }

    private long open() throws SQLException {
        String sql =
                "insert into till (node, gap_ms) values (?, (select extract(epoch from clock_timestamp() - max(seen))"
                        + " * 1000 from till)) returning id";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, Node.NAME);
            try (ResultSet rows = insert.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private void seen(long id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("update till set seen = clock_timestamp() where id = ?")) {
            update.setLong(1, id);
            update.executeUpdate();
        }
    }

    private void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }
}
