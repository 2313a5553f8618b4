// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody is refused a free lock because many ask at once. */
@Timeout(60)
class ManyAtOnceIT extends LockerTest {

    private static final Duration BRIEF = Duration.ofMillis(300);

    /** Statements on it take this long. */
    private static ConnectionSource slow(Duration time) {
        return () -> {
            Connection connection = Databases.SHARED.connect();
            return JdbcProxy.connection((proxy, method, args) -> {
                if (method.getName().equals("prepareStatement")) {
                    Server.letPass(time);
                }
                return JdbcProxy.call(connection, method, args);
            });
        };
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C5, C6: those that come while the server is checked for the first time wait for that, and are served")
    void shouldServeThoseThatWaitForCheck(SessionMode sessions) throws Exception {
        PostgresLocker locker = locker(CONFIG.sessions(sessions), slow(Duration.ofMillis(100)));
        List<Future<LockHandle>> acquiring = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            LockRequest each = LockRequest.of(key + "/" + i);
            acquiring.add(threads.submit(() -> locker.acquire(each)));
        }
        for (Future<LockHandle> each : acquiring) {
            each.get(20, TimeUnit.SECONDS).release();
        }
    }

    @Test
    @DisplayName(
            "C6: where the server hangs during the first check, those that wait for it fail in their own time, all of them")
    void shouldFailTogetherWhereCheckHangs() throws Exception {
        PostgresLocker locker = locker(CONFIG.maxSessions(8), () -> {
            Connection connection = Databases.SHARED.connect();
            CountDownLatch ended = new CountDownLatch(1);
            return JdbcProxy.connection((proxy, method, args) -> {
                if (method.getName().equals("prepareStatement")) {
                    ended.await();
                    throw new SQLException("closed", "08006");
                }
                if (method.getName().equals("abort") || method.getName().equals("close")) {
                    ended.countDown();
                }
                return JdbcProxy.call(connection, method, args);
            });
        });
        long start = System.nanoTime();
        List<Future<?>> trying = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            LockRequest each = LockRequest.of(key + "/" + i);
            trying.add(threads.submit(() -> locker.tryAcquire(each)));
        }
        for (Future<?> each : trying) {
            assertThrows(Exception.class, () -> each.get(20, TimeUnit.SECONDS));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(CONFIG.connectionTimeout().multipliedBy(4)) < 0, "took " + took);
    }

    @Test
    @DisplayName("C5, C6: who needs a session of its own gets the one that others share when that is idle")
    void shouldGiveIdleSharedSessionToWaiter() throws Exception {
        LockHandle elsewhere = elsewhere().acquire(request);
        AtomicInteger tries = new AtomicInteger();
        PostgresLocker locker = locker(
                CONFIG.sessions(SessionMode.SHARED)
                        .maxSessions(1)
                        .connectionTimeout(Duration.ofSeconds(5))
                        .answerTimeout(Duration.ofSeconds(5)),
                () -> Statements.watched(pool.getConnection(), sql -> tries.incrementAndGet()));
        LockHandle shared = locker.acquire(LockRequest.of(key + "/shared"));
        int before = tries.get();
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually("it has tried on the shared session", () -> tries.get() > before);

        shared.release();
        elsewhere.release();

        waiter.get(3, TimeUnit.SECONDS).release();
    }

    @Test
    @DisplayName(
            "C5, C6: a pool of closed connections, which it replaces when they come back, is not used up by one acquire")
    void shouldLeaveClosedConnectionsToPool() throws Exception {
        BlockingDeque<Connection> idle = new LinkedBlockingDeque<>();
        List<Connection> first = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            first.add(Databases.SHARED.connect());
            idle.push(first.get(i));
        }
        PostgresLocker locker = locker(CONFIG.maxSessions(2), new ConnectionSource() {
            @Override
            public Connection open() throws SQLException {
                Connection connection = polled(idle);
                AtomicBoolean closed = new AtomicBoolean();
                return JdbcProxy.connection((proxy, method, args) -> {
                    if (!method.getName().equals("close")) {
                        return JdbcProxy.call(connection, method, args);
                    }
                    if (closed.compareAndSet(false, true)) {
                        idle.push(connection.isClosed() ? Databases.SHARED.connect() : connection);
                    }
                    return null;
                });
            }

            @Override
            public OptionalInt size() {
                return OptionalInt.of(3);
            }
        });
        locker.acquire(request).release();
        first.forEach(FreeLockIT::abort);

        locker.acquire(request).release();

        locker.close();
        idle.forEach(FreeLockIT::abort);
    }

    private static Connection polled(BlockingDeque<Connection> idle) throws SQLException {
        try {
            Connection connection = idle.pollFirst(3, TimeUnit.SECONDS);
            if (connection == null) {
                throw new SQLTransientConnectionException("exhausted");
            }
            return connection;
        } catch (InterruptedException e) {
            throw new SQLException(e);
        }
    }
}
