// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.hold.Insides;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionTraces;
import io.holdfast.lock.postgres.sql.HoldingsQuery;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.Query;
import io.holdfast.lock.postgres.sql.TerminateStatement;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Loss is noticed although the holder does nothing. */
@Timeout(60)
class LossDetectionIT extends LockerTest {

    /** Check interval and round trip, with room for a machine that is busy with other things. */
    private static final Duration BOUND = Duration.ofSeconds(5);

    @Test
    @DisplayName(
            "C12, C14: a killed session is reported within the check interval, once, to handle, listener and action")
    void shouldTellKilledSession() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG);
        LockHandle handle = locker.acquire(request);
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
        CountDownLatch told = new CountDownLatch(1);
        handle.onLost(() -> {
            throw new IllegalStateException("an action that fails does not keep the next from being run");
        });
        handle.onLost(told::countDown);

        server.terminate(server.holder(lockId));

        assertTrue(told.await(BOUND.toSeconds(), TimeUnit.SECONDS), "told without the holder's doing");
        assertEquals(LockState.LOST, handle.state());
        assertTrue(other.isHeld(), "other locks are not affected");
        assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));
        assertThrows(LockNotHeldException.class, handle::release);
        locker.acquire(request).release();
        assertEquals(LockState.LOST, handle.state(), "for good");
        Server.eventually("listeners are notified", () -> listener.events().contains("lost"));
        Server.letPass(CHECK_INTERVAL.multipliedBy(3));
        assertEquals(1, Collections.frequency(listener.events(), "lost"), "once");
        AtomicInteger late = new AtomicInteger();
        handle.onLost(late::incrementAndGet);
        assertEquals(1, late.get(), "an action that comes late runs at once");
        other.release();
    }

    /** A statement that an error stops before its answer is read to the end, as it may be at the end of a stack. */
    private static void stopStatement(LockSession session) {
        Query<Void> stopped = new Query<>() {
            @Override
            public String text() {
                return "select 1";
            }

            @Override
            public Void read(ResultSet rows) {
                throw new StackOverflowError("on purpose");
            }
        };
        assertThrows(StackOverflowError.class, () -> session.ask(stopped));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName(
            "C12: a session on which an error has stopped a statement is asked nothing more, and ends with its locks")
    void shouldEndSessionOfStoppedStatement(SessionMode mode) throws Exception {
        PostgresLocker locker = locker(CONFIG.sessions(mode).checkInterval(LONG).answerTimeout(Duration.ofSeconds(4)));
        LockHandle handle = locker.acquire(request);
        LockSession session = Insides.session(handle);
        int pid = server.holder(lockId);

        stopStatement(session);

        assertThrows(SQLException.class, () -> session.ask(PlainQuery.BACKEND_PID));
        Server.eventually("the session has ended", () -> !server.sessionExists(pid));
        Server.eventually("its lock is lost", () -> handle.state() == LockState.LOST);
        locker.acquire(request).release();
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C16: a lock whose session an error has stopped can be released, though others were stopped by it")
    void shouldReleaseOnSessionOfStoppedStatement(SessionMode mode) throws Exception {
        PostgresLocker locker = locker(CONFIG.sessions(mode).answerTimeout(LONG).handOver(Duration.ofSeconds(1)));
        LockHandle handle = locker.acquire(request);
        LockSession session = Insides.session(handle);
        int pid = server.holder(lockId);
        CompletableFuture<LockHandle> waiter = locker.acquireAsync(request);

        stopStatement(session);
        handle.release();

        assertEquals(LockState.RELEASED, handle.state());
        LockHandle next = waiter.get();
        assertNotEquals(pid, server.holder(lockId), "it does not pass on with the session");
        next.release();
        Server.eventually("the session has ended", () -> !server.sessionExists(pid));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C18: the connection of such a session does not go back to its pool")
    void shouldNotReturnStoppedSession(SessionMode mode) throws Exception {
        LockHandle handle = locker(CONFIG.sessions(mode).answerTimeout(LONG).checkInterval(LONG))
                .acquire(request);
        LockSession session = Insides.session(handle);
        int pid = server.holder(lockId);
        stopStatement(session);

        session.returnToPool();

        Server.eventually("the session has ended", () -> !server.sessionExists(pid));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C12: the next lock is not granted on such a session, if it has no lock at the moment")
    void shouldNotUseSessionOfStoppedStatement(SessionMode mode) throws Exception {
        PostgresLocker locker = locker(CONFIG.sessions(mode).keepSession(LONG).answerTimeout(LONG));
        LockHandle before = locker.acquire(request);
        LockSession session = Insides.session(before);
        int pid = server.holder(lockId);
        before.release();

        stopStatement(session);

        LockHandle handle = locker.acquire(request);
        assertNotEquals(pid, server.holder(lockId));
        assertTrue(handle.isHeld());
        handle.release();
        Server.eventually("the session has ended", () -> !server.sessionExists(pid));
    }

    @Test
    @DisplayName("C12: if a release finds the loss, the action runs on the thread of that call")
    void shouldRunActionWhereLossIsFound() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG.checkInterval(LONG));
        List<Thread> threads = new CopyOnWriteArrayList<>();
        LockHandle handle = locker.acquire(request);
        handle.onLost(() -> threads.add(Thread.currentThread()));

        server.terminate(server.holder(lockId));

        assertThrows(LockNotHeldException.class, handle::release);
        assertEquals(List.of(Thread.currentThread()), threads);
    }

    @Test
    @DisplayName("C3a, C12: a lock view does not re-enter a lock that is known to be lost")
    void shouldNotReenterLostLock() throws InterruptedException {
        Lock lock = locker(CONFIG).asLock(request);
        lock.lock();

        server.terminate(server.holder(lockId));

        Server.eventually("notified", () -> listener.events().contains("lost"));
        assertThrows(LockNotHeldException.class, lock::lock);
        assertThrows(LockNotHeldException.class, lock::tryLock);
        assertThrows(LockNotHeldException.class, lock::unlock);
        lock.lock();
        lock.unlock();
    }

    @Test
    @DisplayName(
            "C3, C12: a lock that others release while its session lives is reported as lost; the session is ended")
    void shouldTellLockFreedByOthers() throws Exception {
        List<Connection> connections = new CopyOnWriteArrayList<>();
        PostgresLocker locker = locker(CONFIG, () -> {
            connections.add(pool.getConnection());
            return connections.get(connections.size() - 1);
        });
        LockHandle handle = locker.acquire(request);
        int pid = server.holder(lockId);

        try (Statement statement = connections.get(0).createStatement()) {
            statement.execute("select pg_advisory_unlock_all()");
        }

        Server.eventually("notified", () -> handle.state() == LockState.LOST);
        Server.eventually("the session is ended", () -> !server.sessionExists(pid));
    }

    @Test
    @DisplayName("C3, C12: a lock that the same session holds in another mode only is not taken for ours")
    void shouldTellModesApart() throws Exception {
        List<Connection> connections = new CopyOnWriteArrayList<>();
        PostgresLocker locker = locker(CONFIG, () -> {
            connections.add(pool.getConnection());
            return connections.get(connections.size() - 1);
        });
        LockHandle handle = locker.acquire(request);

        try (Statement statement = connections.get(0).createStatement()) {
            statement.execute("select pg_advisory_unlock(" + lockId + "), pg_advisory_lock_shared(" + lockId + ")");
        }

        Server.eventually("notified", () -> handle.state() == LockState.LOST);
    }

    @Test
    @DisplayName(
            "C13: many locks, of both modes and leases, are checked by one query at every interval, on one session")
    void shouldCheckAllByOneQuery() throws Exception {
        int locks = 60;
        AtomicInteger checks = new AtomicInteger();
        AtomicInteger connections = new AtomicInteger();
        Set<Integer> asked = ConcurrentHashMap.newKeySet();
        String holdings = new HoldingsQuery(List.of()).text();
        PostgresLocker locker = locker(CONFIG.maxSessions(locks), () -> {
            int connection = connections.incrementAndGet();
            return Statements.watched(Databases.SHARED.connect(), sql -> {
                if (sql.equals(holdings)) {
                    checks.incrementAndGet();
                    asked.add(connection);
                }
            });
        });
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < locks; i++) {
            LockRequest each = LockRequest.of(key + "/" + i).mode(i % 2 == 0 ? LockMode.EXCLUSIVE : LockMode.SHARED);
            handles.add(locker.acquire(i % 3 == 0 ? each.enforcedTtl(LONG) : each));
        }
        int before = checks.get();
        asked.clear();
        int intervals = 10;

        Server.letPass(CHECK_INTERVAL.multipliedBy(intervals));

        int counted = checks.get() - before;
        assertTrue(counted >= 1 && counted <= intervals + 1, "one at every interval: " + counted);
        assertTrue(asked.size() <= 2, "on the same session, unless that is busy: " + asked);
        assertTrue(handles.stream().allMatch(LockHandle::isHeld), "all are held");
        handles.forEach(LockHandle::release);
    }

    @Test
    @DisplayName("C12: where only enforced leases are held, the check prolongs none of them")
    void shouldNotProlongEnforcedLeases() throws InterruptedException {
        Duration ttl = Duration.ofSeconds(2);
        LockHandle handle = locker(CONFIG).acquire(request.enforcedTtl(ttl));
        PostgresLocker elsewhere = elsewhere();
        long start = System.nanoTime();

        LockHandle next = elsewhere.acquire(request);

        assertTrue(System.nanoTime() - start > ttl.dividedBy(2).toNanos(), "not at once");
        assertFalse(handle.isHeld(), "told before");
        Server.letPass(CHECK_INTERVAL.multipliedBy(3));
        assertEquals(LockState.LAPSED, handle.state(), "a lapse is no loss");
        next.release();
        handle.close();
        assertEquals(List.of("acquired", "released"), listener.events());
    }

    @Test
    @DisplayName("C12, C19: a server out of reach makes the lock suspect and then lost, before the server frees it")
    void shouldSuspectAndLose() throws Exception {
        Duration heartbeat = Duration.ofSeconds(5);
        try (Relay relay = new Relay(Databases.SHARED.url())) {
            PGSimpleDataSource throughRelay = relay.through((PGSimpleDataSource) Databases.SHARED.dataSource());
            PostgresLocker locker = locker(CONFIG.heartbeat(heartbeat), ConnectionSource.of(throughRelay));
            LockHandle handle = locker.acquire(request);
            PostgresLocker elsewhere = elsewhere();
            Server.letPass(heartbeat.multipliedBy(2));
            assertTrue(handle.isHeld(), "the heartbeat keeps it");

            relay.freeze();

            Server.eventually("suspect", () -> handle.state() == LockState.SUSPECT);
            assertFalse(handle.isHeld(), "a suspect lock does not count as held");
            LockHandle next = elsewhere.acquire(request);
            assertEquals(LockState.LOST, handle.state(), "told before the next holder gets it");
            assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));
            assertTrue(listener.events().contains("suspected"));
            next.release();
            relay.thaw();
        }
    }

    @Test
    @DisplayName("C12, C19: a session that is busy with checks whenever its sign of life is due keeps its lock")
    void shouldOutliveHeartbeatWhileBusy() throws Exception {
        PostgresLocker locker =
                locker(CONFIG.heartbeat(Duration.ofSeconds(1)).checkInterval(Duration.ofNanos(100_000)));
        LockHandle handle = locker.acquire(request);

        Server.letPass(Duration.ofSeconds(4));

        assertTrue(handle.isHeld());
        handle.release();
    }

    @Test
    @DisplayName("C12: a server that answers again makes a suspect lock held again")
    void shouldRecoverFromSuspicion() throws Exception {
        try (Relay relay = new Relay(Databases.SHARED.url())) {
            PGSimpleDataSource throughRelay = relay.through((PGSimpleDataSource) Databases.SHARED.dataSource());
            PostgresLocker locker = locker(CONFIG.heartbeat(Duration.ZERO), ConnectionSource.of(throughRelay));
            LockHandle handle = locker.acquire(request);
            relay.freeze();
            Server.eventually("suspect", () -> handle.state() == LockState.SUSPECT);

            relay.thaw();

            Server.eventually("held again", handle::isHeld);
            assertFalse(server.isFree(lockId), "and it is");
            handle.release();
        }
    }

    @Test
    @DisplayName("C21: a handle that is dropped is released, with a warning, when the garbage collector finds it")
    void shouldReleaseAbandonedHandles() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG);
        LockHandle kept = locker.acquire(LockRequest.of(key + "/kept"));
        locker.acquire(request);

        Server.eventually("released", () -> {
            System.gc();
            return server.isFree(lockId);
        });

        assertTrue(kept.isHeld(), "a handle that is still referred to is not touched");
        kept.release();
    }

    @Test
    @DisplayName("C21: nothing is kept of a handle after its lock was released or lost")
    void shouldForgetHandlesOfEndedLocks() throws Exception {
        PostgresLocker locker = locker(CONFIG);
        LockHandle kept = locker.acquire(LockRequest.of(key + "/kept"));
        for (int i = 0; i < 1000; i++) {
            locker.acquire(request).release();
        }
        assertEquals(1, Insides.watchedHandles(kept), "that of the lock that is held");
        LockHandle lost = locker.acquire(request);
        assertEquals(2, Insides.watchedHandles(kept));

        server.terminate(server.holder(lockId));

        Server.eventually("lost", () -> lost.state() == LockState.LOST);
        assertEquals(1, Insides.watchedHandles(kept));
        kept.release();
        assertEquals(0, Insides.watchedHandles(kept));
    }

    @Test
    @DisplayName("C13: the server compares no lock with every session that it is asked about")
    void shouldCheckInLinearTime() throws Exception {
        HoldingsQuery query = new HoldingsQuery(List.of(1, 2, 3));
        List<String> plan = new ArrayList<>();
        try (Connection connection = Databases.SHARED.connect();
                Statement settings = connection.createStatement()) {
            settings.execute("set plan_cache_mode = force_generic_plan");
            try (PreparedStatement explain = connection.prepareStatement("explain (verbose) " + query.text())) {
                query.bind(explain);
                ResultSet lines = explain.executeQuery();
                while (lines.next()) {
                    plan.add(lines.getString(1));
                }
            }
        }

        long hashed = plan.stream()
                .filter(line -> line.contains("Filter:") && line.contains("hashed SubPlan"))
                .count();
        assertEquals(2, hashed, "for the locks and for the sessions: " + plan);
        assertTrue(
                plan.stream().noneMatch(line -> line.contains("Join") || line.contains("Nested Loop")), plan::toString);
    }

    @Test
    @DisplayName("C18, C19: without a heartbeat, the server's own idle timeout does not end a lock")
    void shouldOutliveTheServersIdleTimeout() throws Exception {
        PostgresLocker locker = locker(CONFIG.heartbeat(Duration.ZERO), () -> {
            Connection connection = Databases.SHARED.connect();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set idle_session_timeout = 1000");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        });
        LockHandle handle = locker.acquire(request);

        Server.letPass(Duration.ofSeconds(2));

        assertTrue(handle.isHeld());
        assertFalse(server.isFree(lockId));
        handle.release();
    }

    @Test
    @DisplayName("C17: a session that has only the process id in common with one in doubt is left alone")
    void shouldTellBackendsApart() throws Exception {
        PostgresLocker locker = locker(CONFIG);
        LockHandle asking = locker.acquire(LockRequest.of(key + "/asking"));
        LockHandle handle = locker.acquire(request);
        LockSession session = Insides.session(asking);
        Traces traces = SessionTraces.of(Insides.session(handle));
        long backendStart = server.ask("select (extract(epoch from backend_start) * 1000000)::bigint"
                + " from pg_stat_activity where pid = " + traces.pid().getAsInt());

        assertFalse(
                session.ask(new TerminateStatement(
                                new Traces(traces.pid(), traces.serverStart(), backendStart - 1, traces.lockIds())))
                        .wasThere(),
                "it began at another moment");
        assertFalse(
                session.ask(new TerminateStatement(
                                new Traces(traces.pid(), traces.serverStart() + 1, null, traces.lockIds())))
                        .wasThere(),
                "it is on another server");
        assertFalse(
                session.ask(new TerminateStatement(
                                new Traces(traces.pid(), traces.serverStart(), null, Set.of(lockId + 1))))
                        .wasThere(),
                "it has another lock");
        handle.refresh(LONG);

        assertTrue(session.ask(new TerminateStatement(traces)).wasThere());
        Server.eventually("notified", () -> handle.state() == LockState.LOST);
        asking.release();
    }
}
