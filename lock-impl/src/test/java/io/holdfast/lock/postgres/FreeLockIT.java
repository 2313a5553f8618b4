// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody is refused a lock that is free, whatever became of the connections. */
@Timeout(60)
class FreeLockIT extends LockerTest {

    private static final int POOL_SIZE = 8;
    private static final Duration BRIEF = Duration.ofMillis(300);
    private PostgresNode node;

    FreeLockIT() {
        super(POOL_SIZE);
    }

    @AfterEach
    void stop() throws IOException {
        if (node != null) {
            node.close();
        }
    }

    /** All connections of the pool but one, which the locker may keep, are open and idle, and their sessions have ended. */
    private void killPooled() throws SQLException {
        List<Connection> all = new ArrayList<>();
        List<Integer> pids = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE - 1; i++) {
            Connection connection = pool.getConnection();
            all.add(connection);
            pids.add(connection.unwrap(org.postgresql.PGConnection.class).getBackendPID());
        }
        for (Connection connection : all) {
            connection.close();
        }
        // At once: HikariCP looks at a connection before it gives it out, but not if it was used within half a second.
        server.ask("select count(pg_terminate_backend(pid, 5000)) from unnest(array" + pids + ") as pid");
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C5, C6: a pool that hands out dead connections one after the other does not fail an acquire")
    void shouldGetPastDeadConnections(SessionMode sessions) throws Exception {
        PostgresLocker locker = locker(CONFIG.sessions(sessions));
        locker.ping();
        killPooled();

        locker.acquire(request).release();
        killPooled();
        assertTrue(locker.tryAcquire(request)
                .map(handle -> {
                    handle.close();
                    return true;
                })
                .orElse(false));
    }

    @Test
    @DisplayName(
            "C5, C6: a pool that hands out the same dead connection first, again and again, does not fail an acquire")
    void shouldGetPastSameDeadConnection() throws Exception {
        Deque<Connection> idle = new ArrayDeque<>();
        AtomicInteger opened = new AtomicInteger();
        PostgresLocker locker = locker(CONFIG, () -> {
            Connection physical;
            synchronized (idle) {
                physical = idle.poll();
            }
            if (physical == null) {
                opened.incrementAndGet();
                physical = Databases.SHARED.connect();
            }
            Connection target = physical;
            AtomicBoolean closed = new AtomicBoolean();
            return JdbcProxy.connection((proxy, method, args) -> {
                if (!method.getName().equals("close")) {
                    return JdbcProxy.call(target, method, args);
                }
                synchronized (idle) {
                    if (closed.compareAndSet(false, true)) {
                        idle.push(target);
                    }
                }
                return null;
            });
        });
        LockHandle lost = locker.acquire(request);
        server.terminate(server.holder(lockId));
        Server.eventually("the lock is lost", () -> !lost.isHeld());

        for (int i = 0; i < 3; i++) {
            locker.acquire(request).release();
        }

        assertTrue(opened.get() <= 4, opened + " connections opened");
        locker.close();
        idle.forEach(FreeLockIT::abort);
    }

    static void abort(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("C5, C6: while the server restarts an acquire goes on for its own time, and gets the lock")
    void shouldOutlastRestart() throws Exception {
        node = PostgresNode.started();
        PostgresLocker locker = locker(
                CONFIG.connectionTimeout(Duration.ofSeconds(10)).answerTimeout(Duration.ofSeconds(10)),
                ConnectionSource.of(node.dataSource()));
        locker.acquire(request).release();

        for (String mode : List.of("fast", "immediate")) {
            Future<?> restart = threads.submit(() -> {
                node.restart(mode);
                return null;
            });
            while (!restart.isDone()) {
                // Closed, since the restart may take it.
                locker.acquire(request).close();
                locker.tryAcquire(request).orElseThrow().close();
            }
            restart.get();
        }
        locker.close();
    }

    @Test
    @DisplayName("C5, C6: a wait that a crash of the server cuts short goes on after its recovery")
    void shouldWaitOnAfterCrashRecovery() throws Exception {
        node = PostgresNode.started();
        PostgresLocker locker = locker(CONFIG.waitAtMost(LONG), ConnectionSource.of(node.dataSource()));
        PostgresLocker rival = locker(CONFIG, ConnectionSource.of(node.dataSource()));
        LockHandle held = rival.acquire(request);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually(
                "waits at the server", () -> node.server().locks(lockId).size() == 2);
        int holder = node.server().holder(lockId);

        Signal.KILL.send(holder);

        waiter.get(20, TimeUnit.SECONDS).release();
        assertThrows(RuntimeException.class, held::release);
        rival.close();
        locker.close();
    }

    @Test
    @DisplayName("C5: over a slow network locks are acquired, and the check at the start is made once")
    void shouldAcquireOverSlowNetwork() throws Exception {
        try (Relay relay = new Relay(Databases.SHARED.url())) {
            AtomicInteger statements = new AtomicInteger();
            org.postgresql.ds.PGSimpleDataSource slow =
                    relay.through((org.postgresql.ds.PGSimpleDataSource) Databases.SHARED.dataSource());
            for (SessionMode sessions : SessionMode.values()) {
                PostgresLocker locker = locker(
                        CONFIG.sessions(sessions).heartbeat(LONG).checkInterval(LONG),
                        () -> Statements.watched(slow.getConnection(), sql -> statements.incrementAndGet()));
                relay.delay(Duration.ofMillis(90));

                locker(CONFIG.sessions(sessions), slow::getConnection).ping();
                locker.acquire(request).release();
                statements.set(0);
                locker.acquire(request).release();

                assertTrue(statements.get() <= 3, "statements of the second lock: " + statements);
                relay.delay(Duration.ZERO);
                locker.close();
            }
        }
    }

    @Test
    @DisplayName("C6: an acquire fails for lack of a session only after its own time, with what is lacking")
    void shouldFailAfterItsOwnTime() throws Exception {
        PostgresLocker locker = locker(CONFIG.maxSessions(1));
        LockHandle only = locker.acquire(LockRequest.of(key + "/only"));

        assertFailsBetween(BRIEF, CONFIG.connectionTimeout(), () -> locker.acquire(request, BRIEF));
        assertFailsBetween(CONFIG.connectionTimeout(), LONG, () -> locker.acquire(request));
        assertFailsBetween(CONFIG.connectionTimeout(), LONG, () -> locker.tryAcquire(request));
        only.release();
    }

    private interface Acquiring {
        void run() throws InterruptedException;
    }

    private static void assertFailsBetween(Duration least, Duration most, Acquiring acquiring) {
        long start = System.nanoTime();
        LockLimitException limit = assertThrows(LockLimitException.class, acquiring::run);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(least) >= 0 && took.compareTo(most) < 0, "took " + took);
        assertTrue(limit.getMessage().startsWith("HOLDFAST-0017"), limit.getMessage());
    }

    @Test
    @DisplayName("C5, C6: a pool that gives up sooner than the connection timeout is asked again")
    void shouldAskPoolAgain() throws Exception {
        try (HikariDataSource impatient = Databases.impatient(Databases.SHARED.dataSource(), 2)) {
            AtomicInteger asked = new AtomicInteger();
            PostgresLocker locker = locker(
                    CONFIG.connectionTimeout(Duration.ofSeconds(5))
                            .answerTimeout(Duration.ofSeconds(5))
                            .maxSessions(2),
                    () -> {
                        asked.incrementAndGet();
                        return impatient.getConnection();
                    });
            locker.ping();
            Connection one = impatient.getConnection();
            Connection two = impatient.getConnection();
            int before = asked.get();
            Future<LockHandle> acquiring = threads.submit(() -> locker.acquire(request));
            Server.eventually("it has given up more than once", () -> asked.get() > before + 2);
            one.close();

            acquiring.get(5, TimeUnit.SECONDS).release();
            two.close();
            locker.close();
        }
    }

    @Test
    @DisplayName("C5: a try that comes while another asks is not refused for that, if that one does not get the lock")
    void shouldNotRefuseTryForOneThatFails() throws Exception {
        AtomicBoolean failing = new AtomicBoolean();
        Thread second = Thread.currentThread();
        CountDownLatch comes = new CountDownLatch(1);
        PostgresLocker locker = locker(CONFIG, () -> {
            Connection connection = Databases.SHARED.connect();
            return JdbcProxy.connection((proxy, method, args) -> {
                if (method.getName().equals("prepareStatement") && failing.getAndSet(false)) {
                    comes.await();
                    Server.eventually("the second one waits", () -> isWaiting(second));
                    throw new SQLException("refused on purpose", "XX000");
                }
                return JdbcProxy.call(connection, method, args);
            });
        });
        locker.acquire(request).release();
        failing.set(true);
        Future<?> first = threads.submit(() -> locker.tryAcquire(request));
        Server.eventually("the first one asks", () -> !failing.get());

        comes.countDown();
        assertTrue(locker.tryAcquire(request).map(FreeLockIT::released).orElse(false));

        assertThrows(Exception.class, () -> first.get(5, TimeUnit.SECONDS));
        assertEquals(0, server.locks(lockId).size());
    }

    private static boolean isWaiting(Thread thread) {
        return Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(thread.getState());
    }

    private static boolean released(LockHandle handle) {
        handle.release();
        return true;
    }
}
