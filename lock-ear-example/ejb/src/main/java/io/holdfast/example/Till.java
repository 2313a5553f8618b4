// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.EJB;
import jakarta.ejb.Lock;
import jakarta.ejb.LockType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * One node has the till open; the others wait to take over. While it is open, a row in the database says when it was
 * last seen, which shows how long nobody had it when the next node took over.
 *
 * <p>The worker has a thread of its own, since it never ends: in the server's default executor it would occupy a thread that is meant
 * for short tasks.
 */
@Singleton
@Startup
@DependsOn("Schema")
@TransactionManagement(TransactionManagementType.BEAN)
public class Till {

    /** The lock of the till. */
    public static final String TILL = "till";

    /** A node that is frozen for longer than this does not believe that it still has the lock. */
    private static final Duration TTL = Duration.ofSeconds(10);

    private static final LockRequest REQUEST = LockRequest.of(TILL).ttl(TTL).fenced(true);

    private static final System.Logger LOG = System.getLogger(Till.class.getName());
    private static final long BEAT_MILLIS = 250;
    private static final int BEATS_PER_REFRESH = 12;
    private static final long PAUSE_MILLIS = 1_000;
    private static final long STOP_MILLIS = 5_000;

    @Inject
    private Locker locker;

    @EJB
    private Events events;

    @Resource
    private ManagedThreadFactory threads;

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    private Thread worker;

    private volatile boolean stopped;

    /** Null while this node does not have the lock. */
    private volatile Holding holding;

    private record Holding(LockHandle handle, long sinceNanos, long refreshedNanos) {}

    /**
     * What only the holder of the lock knows: the database has no ttl and no token.
     *
     * @param key what is locked
     * @param mode how it excludes others
     * @param state what this node knows about the lock
     * @param held for how long it was held until now
     * @param leaseLeft how long this node believes in the lock without a refresh
     * @param token the fencing token
     */
    public record Held(
            String key, LockMode mode, LockState state, Duration held, Duration leaseLeft, FencingToken token) {}

    /**
     * Returns what this node knows about the lock of the till.
     *
     * @return the lock; empty while this node does not have it
     */
    @Lock(LockType.READ)
    public Optional<Held> held() {
        Holding now = holding;
        if (now == null) {
            return Optional.empty();
        }
        LockHandle handle = now.handle();
        Duration leaseLeft = TTL.minusNanos(System.nanoTime() - now.refreshedNanos());
        return Optional.of(new Held(
                handle.key(),
                handle.mode(),
                handle.state(),
                Duration.ofNanos(System.nanoTime() - now.sinceNanos()),
                leaseLeft.isNegative() ? Duration.ZERO : leaseLeft,
                handle.fencingToken().orElseThrow()));
    }

    @PostConstruct
    void start() {
        worker = threads.newThread(this::openAgainAndAgain);
        worker.start();
    }

    @PreDestroy
    void stop() {
        stopped = true;
        worker.interrupt();
        try {
            worker.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends with the application only. An exception that ended the loop would close the till on this node until the next start. */
    private void openAgainAndAgain() {
        while (!stopped) {
            try (LockHandle handle = locker.acquire(REQUEST, LockRequest.UNLIMITED)) {
                long now = System.nanoTime();
                holding = new Holding(handle, now, now);
                keepOpen(handle);
            } catch (Exception e) {
                holding = null;
                pauseAfter(e);
            }
        }
    }

    private void pauseAfter(Exception failure) {
        if (stopped) {
            return;
        }
        LOG.log(Level.WARNING, "the till was closed; it will be opened again", failure);
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            // Who interrupts to end the loop sets stopped before.
            LOG.log(Level.DEBUG, "the pause was cut short", e);
        }
    }

    /** Ends when the lock is lost: then refresh throws, and so does a write that comes after those of a later holder. */
    private void keepOpen(LockHandle handle) throws SQLException, InterruptedException {
        handle.onLost(
                () -> events.add(Events.Kind.LOST, Node.NAME + " was notified that it has lost the lock of the till."));
        FencingToken token = handle.fencingToken().orElseThrow();
        takeMoney(token);
        long id = open(token);
        for (int beat = 1; !stopped; beat++) {
            takeMoney(token);
            seen(id);
            if (beat % BEATS_PER_REFRESH == 0) {
                handle.refresh(TTL);
                holding = new Holding(handle, holding.sinceNanos(), System.nanoTime());
            }
            TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
        }
        events.add(Events.Kind.CLOSED, Node.NAME + " closed the till.");
    }

    private long open(FencingToken token) throws SQLException {
        String sql = "insert into till (node, token, gap_ms) values (?, ?,"
                + " (select extract(epoch from clock_timestamp() - max(seen)) * 1000 from till)) returning id, gap_ms";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, Node.NAME);
            insert.setString(2, token.toString());
            try (ResultSet rows = insert.executeQuery()) {
                rows.next();
                Long gapMillis = rows.getObject(2, Long.class);
                String gap = gapMillis == null ? "" : "; nobody had it open for " + gapMillis + " ms";
                events.add(Events.Kind.OPENED, Node.NAME + " opened the till" + gap + ".");
                return rows.getLong(1);
            }
        }
    }

    /** The row remembers the token of its last writer, and so refuses a holder that did not notice that it lost the lock. */
    private void takeMoney(FencingToken token) throws SQLException {
        String sql = "update cash set takings = takings + 1, token = ? where till = ? and token <= ?";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, token.toString());
            update.setString(2, TILL);
            update.setString(3, token.toString());
            if (update.executeUpdate() == 0) {
                events.add(
                        Events.Kind.REFUSED,
                        "A late write of " + Node.NAME + " was refused: its fencing token, " + token
                                + ", is earlier than that of the node that opened the till since.");
                throw new IllegalStateException("another node has opened the till since");
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
}
