// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.UnansweredConnectException;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What the server says while the locker works, and what the locker says when the server or the pool fails. */
@Timeout(60)
class PostgresLockerIT extends LockerTest {

    private static final Duration BRIEF = Duration.ofMillis(300);
    private static final int POOL_SIZE = 3;

    /** Waits in several slices, and asks the server so rarely that what a test does to a lock is found by the call after it. */
    private static final LockerConfig RARELY_CHECKED =
            CONFIG.waitSlice(Duration.ofSeconds(2)).checkInterval(LockerConfig.DEFAULT.checkInterval());

    /** On a source that does not tell how many connections it has. */
    private final PostgresLocker locker = locker(pool::getConnection);

    PostgresLockerIT() {
        super(POOL_SIZE);
    }

    private PostgresLocker locker(ConnectionSource source) {
        return locker(RARELY_CHECKED, source);
    }

    // ---- what the server says

    @Test
    @DisplayName("C19: a handle that is to be closed later is closed then, or with the locker")
    void shouldCloseLater() throws Exception {
        LockHandle soon = locker.acquire(request);
        locker.closeAfter(soon, BRIEF);
        assertTrue(soon.isHeld());
        assertFalse(server.isFree(lockId));
        Server.eventually("closed", () -> server.isFree(lockId));
        assertEquals(LockState.RELEASED, soon.state());

        LockHandle late = locker.acquire(request);
        locker.closeAfter(late, Duration.ofDays(1));
        locker.close();
        assertTrue(server.isFree(lockId));
        assertEquals(LockState.RELEASED, late.state());
    }

    @Test
    @DisplayName("C5: a waiter is served when its turn comes, also after a longer wait than the connection timeout")
    void shouldServeWaiterAfterConnectionTimeout() throws Exception {
        PostgresLocker impatient = locker(
                CONFIG.connectionTimeout(BRIEF).answerTimeout(BRIEF),
                ConnectionSource.of(Databases.SHARED.dataSource()));
        List<LockHandle> holders = new ArrayList<>();
        List<Future<LockHandle>> waiters = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            LockRequest each = LockRequest.of(key + i);
            holders.add(impatient.acquire(each));
            waiters.add(impatient.acquireAsync(each));
        }
        TimeUnit.MILLISECONDS.sleep(2 * BRIEF.toMillis());

        for (int i = 0; i < 40; i++) {
            holders.get(i).release();
            waiters.get(i).get(10, TimeUnit.SECONDS).release();
        }
    }

    @Test
    @DisplayName("a held lock shows in pg_locks under the published id and in its mode; a released one does not")
    void shouldShowInPgLocks() throws InterruptedException {
        LockHandle exclusive = locker.acquire(request);
        assertEquals(LockId.of(CONFIG.namespace(), key), lockId);
        assertEquals(List.of(new Server.Row(server.holder(lockId), "ExclusiveLock", true)), server.locks(lockId));
        exclusive.release();
        assertTrue(server.isFree(lockId));

        LockHandle shared = locker.acquire(request.mode(LockMode.SHARED));
        assertEquals("ShareLock", server.locks(lockId).get(0).mode());
        shared.release();
        assertTrue(server.isFree(lockId));
        assertEquals(List.of("acquired", "released", "acquired", "released"), listener.events());
    }

    @Test
    @DisplayName("C2: two locks of one locker live on two sessions; a lock on the same session would be granted twice")
    void shouldPinOneSessionForEachLock() throws InterruptedException {
        LockHandle one = locker.acquire(request.mode(LockMode.SHARED));
        LockHandle two = locker.acquire(request.mode(LockMode.SHARED));

        List<Server.Row> rows = server.locks(lockId);

        assertEquals(2, rows.size());
        assertNotEquals(rows.get(0).pid(), rows.get(1).pid());
        one.release();
        two.release();
    }

    @ParameterizedTest(
            name = "C7: many waiting threads of one locker cost one connection, and do not block a release: {0}")
    @EnumSource
    void shouldSpendOneConnectionOnManyWaiters(LockMode mode) throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
        List<Future<?>> waiters = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiters.add(threads.submit(() -> {
                locker.acquire(request.mode(mode)).release();
                return null;
            }));
        }
        Server.eventually("one waits at the server", () -> server.locks(lockId).size() == 2);

        TimeUnit.MILLISECONDS.sleep(BRIEF.toMillis());
        assertEquals(2, server.locks(lockId).size(), "the holder and one waiter");
        assertEquals(2, pool.getHikariPoolMXBean().getActiveConnections(), "the other lock and one waiter");
        other.release();
        handle.release();

        for (Future<?> waiter : waiters) {
            waiter.get();
        }
    }

    @Test
    @DisplayName("C5: a wait of several slices gets the lock in the end, and a limited one ends in time")
    void shouldWaitInSlices() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        TimeUnit.MILLISECONDS.sleep(5_000);

        handle.release();

        waiter.get().release();
    }

    @Test
    @DisplayName("C11: the session of a held lock is idle, in no transaction, and holds back no VACUUM")
    void shouldStayOutOfTransactions() throws InterruptedException {
        LockHandle handle = locker.acquire(request);

        assertEquals(
                1,
                server.ask("select count(*) from pg_stat_activity where state = 'idle' and backend_xmin is null"
                        + " and backend_xid is null and pid = " + server.holder(lockId)));
        handle.release();
    }

    @Test
    @DisplayName("C18: a connection goes back to the pool as it came")
    void shouldReturnConnectionsUnchanged() throws Exception {
        HikariDataSource single = Databases.pool(1);
        try (PostgresLocker onSingle = locker(() -> {
            Connection connection = single.getConnection();
            connection.setAutoCommit(false);
            return connection;
        })) {
            String before = settings(single);

            onSingle.acquire(request.enforcedTtl(LONG)).release();
            onSingle.acquire(request, LockRequest.IMMEDIATE).release();
            PostgresLocker elsewhere = elsewhere();
            LockHandle handle = elsewhere.acquire(request);
            assertThrows(LockNotAcquiredException.class, () -> onSingle.acquire(request, BRIEF));
            assertTrue(onSingle.tryAcquire(request.enforcedTtl(LONG)).isEmpty());
            handle.release();

            assertEquals(before, settings(single), "settings, autocommit and backend are as before");
            assertEquals(0, server.advisoryLocks());
        }
        single.close();
    }

    private static String settings(HikariDataSource pool) throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select string_agg(name || '=' || setting, ',' order by name) || pg_backend_pid()"
                                + " from pg_settings")) {
            rows.next();
            return rows.getString(1) + connection.getAutoCommit() + connection.getNetworkTimeout();
        }
    }

    @Test
    @DisplayName("a lock that an earlier user left on a pooled session is not taken for granted")
    void shouldWipeLeakedLocks() throws Exception {
        HikariDataSource single = Databases.pool(1);
        try (Connection careless = single.getConnection();
                Statement statement = careless.createStatement()) {
            statement.execute("select pg_advisory_lock(" + lockId + ")");
        }
        PostgresLocker onSingle = locker(single::getConnection);

        onSingle.acquire(LockRequest.of(key + "/other")).release();

        assertTrue(server.isFree(lockId), "the leaked lock is gone");
        onSingle.close();
        single.close();
    }

    @Test
    @DisplayName("C5: ten thousand attempts that fail leave no lock, and no connection out of the pool")
    void shouldLeaveNothingBehindAfterManyFailures() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        List<Future<?>> work = new ArrayList<>();

        for (int thread = 0; thread < 4; thread++) {
            work.add(threads.submit(() -> {
                for (int i = 0; i < 2_500; i++) {
                    assertTrue(locker.tryAcquire(request).isEmpty());
                }
                return null;
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }

        assertEquals(1, server.locks(lockId).size(), "the holder's");
        handle.release();
        locker.tryAcquire(request).orElseThrow().release();
    }

    @Test
    @DisplayName("C5: a wait that times out or is interrupted just when it is granted leaves nothing behind")
    void shouldSurviveRacesBetweenGrantAndGivingUp() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        AtomicInteger granted = new AtomicInteger();
        for (int round = 0; round < 150; round++) {
            LockHandle handle = elsewhere.acquire(request);
            CountDownLatch started = new CountDownLatch(1);
            Thread[] thread = new Thread[1];
            Duration limit = round % 2 == 0 ? Duration.ofMillis(12) : LONG;
            Future<?> waiter = threads.submit(() -> {
                thread[0] = Thread.currentThread();
                started.countDown();
                try (LockHandle mine = locker.acquire(request, limit)) {
                    granted.incrementAndGet();
                    assertTrue(mine.isHeld());
                }
                return null;
            });
            started.await();
            TimeUnit.MILLISECONDS.sleep(8 + round % 8);
            if (round % 2 == 1) {
                Future<?> interrupter = threads.submit(thread[0]::interrupt);
                handle.release();
                interrupter.get();
            } else {
                handle.release();
            }
            try {
                waiter.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                assertTrue(
                        cause instanceof InterruptedException || cause instanceof LockNotAcquiredException,
                        cause::toString);
            }
            Server.eventually("round " + round + " leaves nothing", () -> server.isFree(lockId));
        }
        assertTrue(granted.get() > 0, "some were granted");
        assertTrue(granted.get() < 150, "some were not");
    }

    // ---- when the lock is lost

    @Test
    @DisplayName("C12, C14, C16: a killed session is told by refresh, once and for good, and others may go on")
    void shouldTellLossOnRefresh() throws InterruptedException {
        LockHandle handle = locker.acquire(request);
        server.terminate(server.holder(lockId));

        assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));

        assertEquals(LockState.LOST, handle.state());
        assertThrows(LockNotHeldException.class, handle::release);
        handle.close();
        locker.acquire(request).release();
        assertEquals(LockState.LOST, handle.state());
        assertEquals(List.of("acquired", "lost", "acquired", "released"), listener.events());
    }

    @Test
    @DisplayName("C16: a killed session is told by release")
    void shouldTellLossOnRelease() throws InterruptedException {
        LockHandle handle = locker.acquire(request);
        server.terminate(server.holder(lockId));

        assertThrows(LockNotHeldException.class, handle::release);

        assertEquals(LockState.LOST, handle.state());
        assertEquals(List.of("acquired", "lost"), listener.events());
    }

    @Test
    @DisplayName("C3, C12, C17: a lock that was freed behind our back is told, and its session is ended, not pooled")
    void shouldTellLockFreedByOthers() throws Exception {
        for (boolean byRefresh : new boolean[] {true, false}) {
            List<Connection> opened = new CopyOnWriteArrayList<>();
            PostgresLocker watched = locker(() -> {
                opened.add(pool.getConnection());
                return opened.get(opened.size() - 1);
            });
            LockHandle handle = watched.acquire(request);
            int pid = server.holder(lockId);
            try (Statement statement = opened.get(0).createStatement()) {
                statement.execute("select pg_advisory_unlock_all()");
            }

            assertThrows(LockNotHeldException.class, () -> {
                if (byRefresh) {
                    handle.refresh(LONG);
                } else {
                    handle.release();
                }
            });

            assertEquals(LockState.LOST, handle.state());
            Server.eventually("the session is ended", () -> !server.sessionExists(pid));
            watched.close();
        }
    }

    @Test
    @DisplayName(
            "C17: a session whose unlock fails is ended physically, which frees the lock; the pool gets no such session")
    void shouldEndSessionsInDoubt() throws InterruptedException {
        AtomicBoolean armed = new AtomicBoolean();
        PostgresLocker refusing =
                locker(() -> armed.get() ? refusingToUnlock(pool.getConnection()) : pool.getConnection());
        refusing.ping();
        armed.set(true);
        LockHandle handle = refusing.acquire(request);
        int pid = server.holder(lockId);

        handle.release();

        assertEquals(LockState.RELEASED, handle.state(), "it was held until then");
        Server.eventually("the session is ended", () -> !server.sessionExists(pid));
        assertTrue(server.isFree(lockId));
        refusing.close();
    }

    private static Connection refusingToUnlock(Connection connection) {
        return failing(
                connection,
                (method, argument) -> method.equals("prepareStatement") && argument.contains("pg_advisory_unlock(?)"),
                new SQLException("refused on purpose", "XX000"));
    }

    /** The connection, but the calls that the filter finds by method and first argument fail. */
    private static Connection failing(
            Connection connection, BiPredicate<String, String> filter, Exception... failures) {
        Iterator<Exception> left = List.of(failures).iterator();
        return JdbcProxy.connection((proxy, method, args) -> {
            String argument = args == null || args.length == 0 ? "" : String.valueOf(args[0]);
            if (filter.test(method.getName(), argument) && left.hasNext()) {
                throw left.next();
            }
            return JdbcProxy.call(connection, method, args);
        });
    }

    @Test
    @DisplayName("C17: a session in doubt whose connection refuses to be aborted is ended all the same")
    void shouldEndSessionsThatCannotBeAborted() throws InterruptedException {
        AtomicBoolean armed = new AtomicBoolean();
        PostgresLocker refusing = locker(() -> armed.get()
                ? failing(
                        refusingToUnlock(pool.getConnection()),
                        (method, argument) -> method.equals("abort"),
                        new SQLFeatureNotSupportedException("on purpose"))
                : pool.getConnection());
        refusing.ping();
        armed.set(true);
        LockHandle handle = refusing.acquire(request);
        int pid = server.holder(lockId);

        handle.release();

        Server.eventually("the session is ended", () -> !server.sessionExists(pid));
        refusing.close();
    }

    @Test
    @DisplayName("C16, C17: runtime exceptions of a connection wrapper leak neither lock nor connection nor turn")
    void shouldSurviveRuntimeExceptionsOfWrappers() throws InterruptedException {
        IllegalStateException broken = new IllegalStateException("on purpose");
        for (String step : List.of("pg_advisory_unlock(?)", "pg_try_advisory_lock(?)", "close")) {
            AtomicBoolean armed = new AtomicBoolean();
            PostgresLocker onBroken = locker(() -> failing(
                    pool.getConnection(),
                    (method, argument) -> (argument.contains(step) || method.equals(step)) && armed.get(),
                    broken));
            onBroken.ping();
            armed.set(true);
            try (LockHandle handle = onBroken.acquire(request)) {
                assertTrue(handle.isHeld());
            } catch (LockUnavailableException e) {
                assertTrue(e.getMessage().contains("on purpose"), e.getMessage());
                assertEquals("pg_try_advisory_lock(?)", step, "only a failed attempt is told");
            }

            Server.eventually("free after " + step, () -> server.isFree(lockId));
            armed.set(false);
            onBroken.tryAcquire(request).orElseThrow().release();
            onBroken.close();
        }
    }

    @Test
    @DisplayName("C18, C20: a connection never goes back to the pool with an enforced ttl set, also after an error")
    void shouldNotLeaveTtlOnPooledConnections() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle blocking = elsewhere.acquire(request);
        PostgresLocker onBroken = locker(() -> failing(
                pool.getConnection(),
                (method, argument) -> argument.startsWith("select exists"),
                new SQLException("on purpose", "57014")));
        Future<LockHandle> waiter = threads.submit(() -> onBroken.acquire(request.enforcedTtl(Duration.ofSeconds(1))));
        TimeUnit.SECONDS.sleep(1);

        blocking.release();

        assertThrows(ExecutionException.class, waiter::get, "the confirming question fails");
        Server.eventually("the lock is free", () -> server.isFree(lockId));
        Server.eventually(
                "no session has the ttl",
                () -> server.ask("select count(*) from pg_stat_activity where pid in"
                                + " (select pid from pg_locks where locktype = 'advisory')")
                        == 0);
        for (int i = 0; i < 3; i++) {
            assertTrue(settings(pool).contains("idle_session_timeout=0,"));
        }
        onBroken.close();
    }

    @Test
    @DisplayName(
            "C6: while the pool has no connection for the first, the next for the same key is not told of contention")
    void shouldNotTakeExhaustionForContention() throws Exception {
        List<LockHandle> held = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE; i++) {
            held.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }
        Future<LockHandle> first = threads.submit(() -> locker.acquire(request));
        TimeUnit.MILLISECONDS.sleep(100);

        assertThrows(LockConnectionTimeoutException.class, () -> locker.tryAcquire(request));

        ExecutionException failure = assertThrows(ExecutionException.class, first::get);
        assertEquals(LockConnectionTimeoutException.class, failure.getCause().getClass());
        assertEquals(0, Collections.frequency(listener.events(), "contended"));
        assertThrows(LockConnectionTimeoutException.class, locker::ping, "a ping tells it, too");
        held.forEach(LockHandle::release);
        locker.tryAcquire(request).orElseThrow().release();
        locker.ping();
    }

    @Test
    @DisplayName("C5, C7: giving up before a connection is there leaves no turn and no connection behind")
    void shouldSurviveEarlyInterrupts() throws Exception {
        for (int round = 0; round < 200; round++) {
            int delay = round % 20;
            Thread caller = new Thread(() -> {
                try {
                    locker.acquire(request).close();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            caller.start();
            LockSupport.parkNanos(delay * 20_000L);
            caller.interrupt();
            caller.join();
        }
        locker.acquire(request, Duration.ofSeconds(5)).release();
        assertEquals(
                Collections.frequency(listener.events(), "acquired"),
                Collections.frequency(listener.events(), "released"),
                "listeners hear of both or of neither");
    }

    @Test
    @DisplayName("a pooled connection whose session ended while it was idle is replaced, not reported")
    void shouldReplaceStaleConnections() throws Exception {
        locker.acquire(request).release();
        int pid;
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
            rows.next();
            pid = rows.getInt(1);
        }
        server.terminate(pid);

        locker.acquire(request).release();
    }

    // ---- enforced leases

    @Test
    @DisplayName("C20: an enforced ttl that passes frees the lock on the server, the holder having been told before")
    void shouldEnforceTtl() throws Exception {
        LockHandle handle = locker.acquire(request.enforcedTtl(Duration.ofSeconds(1)));
        PostgresLocker elsewhere = elsewhere();

        LockHandle next = elsewhere.acquire(request);

        assertFalse(handle.isHeld(), "told before the next holder gets it");
        assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));
        next.release();
    }

    @Test
    @DisplayName("C20: refreshing keeps an enforced lock")
    void shouldRefreshEnforcedTtl() throws InterruptedException {
        Duration ttl = Duration.ofSeconds(1);
        LockHandle handle = locker.acquire(request.enforcedTtl(ttl));
        long end = System.nanoTime() + ttl.multipliedBy(3).toNanos();

        while (System.nanoTime() - end < 0) {
            handle.refresh(ttl);
            TimeUnit.MILLISECONDS.sleep(100);
        }

        assertTrue(handle.isHeld());
        assertFalse(server.isFree(lockId));
        handle.release();
    }

    @Test
    @DisplayName("C20: an enforced ttl is counted from the grant, however long the lock was waited for")
    void shouldCountEnforcedTtlFromGrant() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request.enforcedTtl(Duration.ofSeconds(2))));
        TimeUnit.SECONDS.sleep(3);

        handle.release();

        LockHandle next = waiter.get();
        assertTrue(next.isHeld());
        next.release();
    }

    // ---- outcomes

    @Test
    @DisplayName("C6: an exhausted pool is reported as such, after the connection time-out, and not as contention")
    void shouldReportExhaustedPool() throws InterruptedException {
        List<LockHandle> held = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE; i++) {
            held.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }

        LockException failure = assertThrows(LockConnectionTimeoutException.class, () -> locker.tryAcquire(request));
        assertThrows(LockConnectionTimeoutException.class, () -> locker.acquire(request));

        assertTrue(failure.getMessage().contains(key), failure.getMessage());
        assertNull(failure.getCause(), "the locks have used up the pool, so nothing is wrong with the database");
        held.forEach(LockHandle::release);
        locker.tryAcquire(request).orElseThrow().release();
        assertEquals(2, Collections.frequency(listener.events(), "failed"));
        assertEquals(0, Collections.frequency(listener.events(), "contended"));
    }

    @Test
    @DisplayName("C6: a pool that reports its exhaustion itself, sooner than we would, is understood")
    void shouldUnderstandExhaustionReportedByPool() throws InterruptedException {
        HikariDataSource impatient = Databases.pool(1);
        impatient.setConnectionTimeout(250);
        PostgresLocker onImpatient = locker(impatient::getConnection);
        LockHandle held = onImpatient.acquire(LockRequest.of(key + "/held"));

        assertThrows(LockConnectionTimeoutException.class, () -> onImpatient.tryAcquire(request));

        held.release();
        onImpatient.close();
        impatient.close();
    }

    @Test
    @DisplayName("C6: a database that cannot be reached is reported as unavailable, by acquiring and by ping")
    void shouldReportUnreachableDatabase() throws Exception {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere.setUrl("jdbc:postgresql://localhost:" + taken.getLocalPort() + "/postgres");
        }
        try (PostgresLocker toNowhere = locker(nowhere::getConnection)) {
            LockException failure = assertThrows(LockUnavailableException.class, () -> toNowhere.tryAcquire(request));
            assertEquals(LockUnavailableException.class, failure.getClass());
            assertTrue(failure.getMessage().contains("08001"), failure.getMessage());
            assertEquals(
                    getClass().getName(),
                    java.util.Arrays.stream(failure.getStackTrace())
                            .map(StackTraceElement::getClassName)
                            .filter(name -> name.startsWith(getClass().getName()))
                            .findFirst()
                            .map(name -> name.replaceAll("\\$.*", ""))
                            .orElse("the caller is not in the stack trace"));
            assertThrows(LockUnavailableException.class, toNowhere::ping);
        }
    }

    @Test
    @DisplayName("C6: a database that accepts the connection and never answers is reported within bounds")
    void shouldReportSilentDatabase() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            PGSimpleDataSource toSilence = new PGSimpleDataSource();
            toSilence.setUrl("jdbc:postgresql://localhost:" + silent.getLocalPort() + "/postgres?loginTimeout=3");
            try (PostgresLocker toSilent = locker(toSilence::getConnection)) {
                for (Executable question : List.<Executable>of(
                        () -> toSilent.tryAcquire(request),
                        toSilent::ping,
                        () -> toSilent.pingWithin(BRIEF).get())) {
                    Throwable thrown = assertThrows(Exception.class, question);
                    Throwable failure = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
                    assertTrue(failure.getMessage().contains("does not answer a connect"), failure.getMessage());
                    assertInstanceOf(UnansweredConnectException.class, failure.getCause());
                }
            }
        }
    }

    @Test
    @DisplayName(
            "C6, C17: a server that falls silent is reported within bounds; its sessions are ended, and the key is free")
    void shouldSurviveSilence() throws Exception {
        try (Relay relay = new Relay(Databases.SHARED.url());
                PostgresLocker throughRelay =
                        locker(relay.through((PGSimpleDataSource) Databases.SHARED.dataSource())::getConnection)) {
            LockHandle held = throughRelay.acquire(LockRequest.of(key + "/held"));
            PostgresLocker elsewhere = elsewhere();
            LockHandle blocking = elsewhere.acquire(request);
            LockHandle leased =
                    throughRelay.acquire(LockRequest.of(key + "/leased").enforcedTtl(Duration.ofMinutes(10)));
            Future<LockHandle> waiter = threads.submit(() -> throughRelay.acquire(request, BRIEF));
            Server.eventually(
                    "it waits at the server", () -> server.locks(lockId).size() == 2);

            String patientKey = key + "/patient";
            LockHandle blockingPatient = elsewhere.acquire(LockRequest.of(patientKey));
            Future<LockHandle> patient =
                    threads.submit(() -> throughRelay.acquire(LockRequest.of(patientKey), LockRequest.UNLIMITED));
            Server.eventually(
                    "it waits at the server",
                    () -> server.locks(locker.lockId(patientKey)).size() == 2);

            relay.freeze();

            ExecutionException unanswered = assertThrows(ExecutionException.class, waiter::get);
            assertEquals(LockUnavailableException.class, unanswered.getCause().getClass());
            assertThrows(LockUnavailableException.class, () -> held.refresh(LONG));
            assertTrue(held.isHeld(), "as far as this JVM knows");
            assertThrows(LockNotHeldException.class, () -> leased.refresh(Duration.ofMillis(100)));
            assertEquals(LockState.LAPSED, leased.state(), "the server may have heard the shorter ttl");
            leased.close();
            held.release();
            assertEquals(LockState.RELEASED, held.state());

            ExecutionException noticed = assertThrows(ExecutionException.class, patient::get);
            assertEquals(LockUnavailableException.class, noticed.getCause().getClass(), "also without limit");

            blocking.release();
            blockingPatient.release();
            relay.thaw();
            Server.eventually("no ghost holds the lock", () -> server.isFree(locker.lockId(patientKey)));
            Server.eventually("the sessions behind the relay are ended", () -> server.isFree(lockId));
            Server.eventually("the held lock is free", () -> server.isFree(locker.lockId(key + "/held")));
            throughRelay.acquire(request).release();
        }
    }

    @Test
    @DisplayName("a configuration out of range and a missing part are refused by name")
    void shouldRefuseWrongConfiguration() {
        Duration negative = Duration.ofSeconds(-1);
        assertAll(
                () -> assertThrows(
                        NullPointerException.class, () -> new PostgresLocker(null, pool::getConnection, List.of())),
                () -> assertThrows(
                        NullPointerException.class, () -> new PostgresLocker(LockerConfig.DEFAULT, null, List.of())),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.waitAtMost(negative)),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.waitSlice(Duration.ZERO)),
                () -> assertThrows(
                        IllegalArgumentException.class, () -> LockerConfig.DEFAULT.closeTimeout(Duration.ofDays(2))),
                () -> assertThrows(
                        IllegalArgumentException.class, () -> LockerConfig.DEFAULT.heartbeat(Duration.ofMillis(999))),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.maxSessions(-1)),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.maxLocks(0)));
    }

    @Test
    @DisplayName("a listener that throws does not harm the lock")
    void shouldContainListenerFailures() throws InterruptedException {
        LockListener broken = new LockListener() {
            @Override
            public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        try (PostgresLocker withBroken =
                new PostgresLocker(LockerConfig.DEFAULT, pool::getConnection, List.of(broken, listener))) {
            withBroken.acquire(LockRequest.of(key)).release();
        }
        assertEquals(List.of("acquired", "released"), listener.events());
    }
}
