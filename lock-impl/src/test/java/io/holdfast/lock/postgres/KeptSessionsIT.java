// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static java.util.Objects.requireNonNullElse;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.hold.Insides;
import io.holdfast.lock.postgres.session.SessionTraces;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Sessions that stay with the locker for a short time after a release. */
@Timeout(60)
class KeptSessionsIT extends LockerTest {

    private static final LockerConfig KEEPING =
            CONFIG.keepSession(Duration.ofMinutes(1)).checkInterval(LONG);

    private final List<String> statements = new CopyOnWriteArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicReference<Connection> instead = new AtomicReference<>();

    /** Whether connections can be aborted. */
    private volatile boolean abortable = true;

    private final ConnectionSource counted = () -> {
        opened.incrementAndGet();
        return Statements.watched(Databases.SHARED.connect(), statements::add);
    };

    private int inUse() {
        return pool.getHikariPoolMXBean().getActiveConnections();
    }

    private static List<LockHandle> acquire(PostgresLocker locker, String prefix, int count)
            throws InterruptedException {
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            handles.add(locker.acquire(LockRequest.of(prefix + "/" + i)));
        }
        return handles;
    }

    private LockRequest numbered(int number) {
        return LockRequest.of(key + "/" + number);
    }

    private static int pid(LockHandle handle) {
        return SessionTraces.of(Insides.session(handle)).pid().orElseThrow();
    }

    // ---- what it costs

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C7: locks that callers acquire or try on their own threads count for the limit only while they last")
    void shouldCountLocksWhileTheyLast(SessionMode mode) throws InterruptedException {
        int limit = 3;
        PostgresLocker locker = locker(KEEPING.sessions(mode).maxLocks(limit).connectionTimeout(CHECK_INTERVAL));
        for (int i = 0; i < 3 * limit; i++) {
            locker.acquire(request).release();
        }
        LockHandle elsewhere = locker(CONFIG).acquire(request);
        for (int i = 0; i < 3 * limit; i++) {
            assertTrue(locker.tryAcquire(request).isEmpty());
        }
        elsewhere.release();

        List<LockHandle> handles = acquire(locker, key, limit);
        assertThrows(LockLimitException.class, () -> locker.acquire(request));
        handles.forEach(LockHandle::release);
        locker.acquire(request).release();
    }

    @Test
    @DisplayName("the next lock needs no connection, and two short statements that change no setting")
    void shouldAskByTwoShortStatements() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING, counted);
        locker.acquire(request).release();
        int connections = opened.get();
        statements.clear();

        locker.acquire(request).release();
        assertTrue(locker.tryAcquire(request.fenced(true))
                .map(LockHandle::fencingToken)
                .orElseThrow()
                .isPresent());

        assertEquals(connections, opened.get());
        assertEquals(3, statements.size(), statements::toString);
        assertFalse(statements.get(0).contains("set_config"), statements.get(0));
        assertFalse(statements.get(1).contains("set_config"), statements.get(1));
    }

    @Test
    @DisplayName("a different key costs no further statement, and is shown")
    void shouldShowTheKeyInTheSameStatement() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING, counted);
        LockHandle before = locker.acquire(LockRequest.of("a"));
        int pid = pid(before);
        before.release();
        statements.clear();

        LockHandle handle = locker.acquire(LockRequest.of("b"));

        assertEquals(1, statements.size(), statements::toString);
        assertEquals(pid, pid(handle));
        assertEquals("b", shown(handle).key());
        handle.release();
        assertEquals(2, statements.size(), statements::toString);
    }

    private LockInfo shown(LockHandle handle) throws InterruptedException {
        return elsewhere().admin().locks().stream()
                .filter(info -> info.holders().stream().anyMatch(session -> session.pid() == pid(handle)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("the time of the grant is shown with the accuracy of a second, also if the key stays the same")
    void shouldShowTheTimeOfTheGrant() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING, counted);
        LockRequest each = LockRequest.of("timed");
        locker.acquire(each).release();
        Server.letPass(Duration.ofMillis(3_500));
        Instant granted = Instant.now();

        LockHandle handle = locker.acquire(each);

        Duration difference =
                Duration.between(granted, shown(handle).holders().get(0).since());
        assertTrue(difference.abs().toMillis() <= 2_000, difference::toString);
        handle.release();
    }

    @Test
    @DisplayName(
            "locks of different keys show the time of their grant, for which the server reads its clock once a second")
    void shouldShowTheTimeOfEachGrant() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING, counted);
        for (int i = 0; i < 3; i++) {
            locker.acquire(numbered(2 * i)).release();
            statements.clear();
            LockHandle handle = locker.acquire(numbered(2 * i + 1));

            assertFalse(statements.get(0).contains("clock_timestamp"), statements.get(0));
            Duration age = Duration.between(shown(handle).holders().get(0).since(), Instant.now());
            assertTrue(age.abs().toMillis() <= 2_000, age::toString);
            handle.release();
            Server.letPass(Duration.ofMillis(1_100));
        }
        statements.clear();
        locker.acquire(numbered(0)).release();
        assertTrue(statements.get(0).contains("clock_timestamp"), statements.get(0));
    }

    @Test
    @DisplayName("a session that waits does not show the key that it had before, and then shows that of the grant")
    void shouldNotShowFormerKeyWhileItWaits() throws Exception {
        PostgresLocker locker = locker(KEEPING, counted);
        locker.acquire(LockRequest.of("former")).release();
        LockRequest wanted = LockRequest.of("wanted");
        LockHandle elsewhere = elsewhere().acquire(wanted);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(wanted));
        Server.eventually(
                "it waits", () -> server.locks(locker.lockId("wanted")).size() == 2);

        LockInfo info = elsewhere().admin().lock("wanted").orElseThrow();
        assertFalse(info.waiters().get(0).applicationName().contains("holdfast/"), info::toString);
        elsewhere.release();

        LockHandle handle = waiter.get();
        assertEquals("wanted", shown(handle).key());
        handle.release();
        assertEquals(2, opened.get(), "the kept session waited; the other one compared sessions");
    }

    @Test
    @DisplayName("hidden keys make no statement longer")
    void shouldNotChangeNamesForHiddenKeys() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING.publishKeys(false), counted);
        locker.acquire(LockRequest.of("a")).release();
        statements.clear();

        locker.acquire(LockRequest.of("b")).release();

        assertTrue(statements.stream().noneMatch(each -> each.contains("set_config")), statements::toString);
    }

    // ---- how long and how many

    @Test
    @DisplayName("a session goes back to the pool after the time, and as it came")
    void shouldReturnSessionAfterTheTime() throws Exception {
        HikariDataSource three = Databases.pool(3);
        try (PostgresLocker locker = locker(CONFIG.keepSession(Duration.ofMillis(500)), ConnectionSource.of(three))) {
            LockHandle handle = locker.acquire(request);
            int pid = pid(handle);
            handle.release();
            assertEquals(1, three.getHikariPoolMXBean().getActiveConnections());

            Server.within(
                    Duration.ofSeconds(2),
                    "it is back",
                    () -> three.getHikariPoolMXBean().getActiveConnections() == 0);

            assertEquals(0, named(pid, "holdfast"), "the name is as it was");
            locker.acquire(request).release();
        }
        three.close();
    }

    private long named(int pid, String part) {
        return server.ask("select count(*) from pg_stat_activity where pid = " + pid + " and application_name like '%"
                + part + "/%'");
    }

    @Test
    @DisplayName("at most half of the sessions are kept, and none when the locker is closed")
    void shouldKeepHalfAtMost() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING);

        acquire(locker, key, 7).forEach(LockHandle::release);

        assertEquals(3, inUse(), "half of seven");
        acquire(locker, key, 7).forEach(LockHandle::release);
        assertEquals(3, inUse());
        locker.close();
        assertEquals(0, inUse());
    }

    @Test
    @DisplayName("of a source without a limit eight are kept")
    void shouldKeepEightOfUnlimited() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING, counted);
        acquire(locker, key, 12).forEach(LockHandle::release);
        int connections = opened.get();

        List<LockHandle> handles = acquire(locker, key, 12);

        assertEquals(connections + 4, opened.get());
        handles.forEach(LockHandle::release);
    }

    @Test
    @DisplayName("zero keeps none: the release restores the session and returns it")
    void shouldKeepNone() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG.keepSession(Duration.ZERO).checkInterval(LONG));
        locker.acquire(request).release();
        assertEquals(0, inUse());

        PostgresLocker counting = locker(CONFIG.keepSession(Duration.ZERO).checkInterval(LONG), counted);
        counting.acquire(request).release();
        statements.clear();
        counting.acquire(request).release();
        assertEquals(2, statements.size());
        assertTrue(statements.stream().allMatch(each -> each.contains("application_name")), statements::toString);
    }

    @Test
    @DisplayName("a release that keeps nothing is one statement, also while others wait for a session")
    void shouldGiveUpSessionsForThoseWhoWait() throws Exception {
        PostgresLocker locker = locker(KEEPING.maxSessions(2).connectionTimeout(LONG));
        LockHandle one = locker.acquire(LockRequest.of(key + "/1"));
        LockHandle two = locker.acquire(LockRequest.of(key + "/2"));
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(LockRequest.of(key + "/3")));
        Server.letPass(Duration.ofMillis(200));

        one.release();

        waiter.get().release();
        two.release();
        assertEquals(1, inUse(), "half of two");
    }

    @Test
    @DisplayName("a kept session is given up at once for a lock that cannot use it")
    void shouldGiveUpSessionForEnforcedLease() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING.maxSessions(2).connectionTimeout(LONG));
        locker.acquire(LockRequest.of(key + "/kept")).release();
        assertEquals(1, inUse());
        long start = System.nanoTime();

        LockHandle one = locker.acquire(LockRequest.of(key + "/1").enforcedTtl(LONG));
        LockHandle two = locker.acquire(LockRequest.of(key + "/2").enforcedTtl(LONG));

        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 5);
        one.release();
        two.release();
        assertEquals(0, inUse(), "a session with an enforced lease is not kept");
    }

    @Test
    @DisplayName("a question gets the connection of a kept session if the pool is used up")
    void shouldGiveUpSessionForQuestion() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING.maxSessions(8));
        List<LockHandle> held = acquire(locker, key, 8);
        held.get(0).release();
        assertEquals(8, inUse());

        locker.ping();

        held.forEach(LockHandle::close);
    }

    @Test
    @DisplayName("a session is not kept before locks were proven to exclude each other behind its source")
    void shouldKeepProvenSessionsOnly() throws Exception {
        HikariDataSource two = Databases.pool(2);
        try (PostgresLocker locker = locker(KEEPING.maxSessions(2), ConnectionSource.of(two));
                Connection other = two.getConnection()) {
            locker.acquire(request).release();
            // The comparison of sessions, which waits for a second one, has it for a moment.
            Server.eventually(
                    "the one of the test is left",
                    () -> two.getHikariPoolMXBean().getActiveConnections() == 1);
        }
        two.close();
    }

    @Test
    @DisplayName("a pool that does not tell its size: those who wait for a connection get the ones that are released")
    void shouldGiveUpSessionsForThoseWhoWaitAtThePool() throws Exception {
        PostgresLocker locker = locker(KEEPING.connectionTimeout(LONG), pool::getConnection);
        List<LockHandle> handles = acquire(locker, key, 8);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually("it waits", () -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);

        handles.get(0).release();

        waiter.get(1, TimeUnit.SECONDS).release();
        handles.forEach(LockHandle::close);
        assertEquals(8, inUse());
        locker.acquire(LockRequest.of(key + "/enforced").enforcedTtl(LONG)).release();
        locker.ping();
    }

    // ---- what may happen to it

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @DisplayName("sessions that end while they are kept are replaced, not reported")
    void shouldReplaceSessionsThatEnded(int count) throws InterruptedException {
        PostgresLocker locker = locker(KEEPING);
        List<LockHandle> handles = acquire(locker, key, count);
        List<Integer> pids = handles.stream().map(KeptSessionsIT::pid).toList();
        handles.forEach(LockHandle::release);
        pids.forEach(server::terminate);

        LockHandle handle = locker.tryAcquire(request).orElseThrow();

        assertFalse(pids.contains(pid(handle)));
        assertTrue(server.locks(lockId).size() == 1 && handle.isHeld());
        handle.release();
    }

    @Test
    @DisplayName("a kept session outlives the heartbeat, and its locks have the heartbeat")
    void shouldGiveSignsOfLife() throws InterruptedException {
        PostgresLocker locker = locker(KEEPING.heartbeat(Duration.ofSeconds(2)));
        LockHandle before = locker.acquire(request);
        int pid = pid(before);
        before.release();
        Server.letPass(Duration.ofMillis(4_500));

        LockHandle handle = locker.acquire(request);

        assertEquals(pid, pid(handle));
        Server.letPass(Duration.ofMillis(2_500));
        assertTrue(handle.isHeld());
        handle.release();
    }

    @Test
    @DisplayName("a session is not kept if a cancel may be on its way")
    void shouldNotKeepSessionThatMayBeCanceled() throws Exception {
        PostgresLocker locker = locker(KEEPING);
        LockHandle first = locker.acquire(LockRequest.of(key + "/kept"));
        int pid = pid(first);
        first.release();
        LockHandle elsewhere = elsewhere().acquire(request);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);

        waiter.cancel(true);

        Server.eventually("it waits no more", () -> server.locks(lockId).size() == 1);
        Server.eventually("its session is not kept", () -> inUse() == 0);
        elsewhere.release();
        assertThrows(CancellationException.class, waiter::get);
        LockHandle next = locker.acquire(request);
        assertEquals(0, named(pid, key));
        next.release();
    }

    @Test
    @DisplayName("a session whose connection leads to a different one is not used, and its lock does not remain")
    void shouldNoticeSessionThatChanged() throws Exception {
        AtomicInteger swaps = new AtomicInteger();
        PostgresLocker locker = locker(KEEPING, () -> swapping(counted.open(), swaps));
        LockHandle before = locker.acquire(request);
        int pid = pid(before);
        before.release();
        swaps.set(1);

        LockHandle handle = locker.tryAcquire(request).orElseThrow();

        assertNotEquals(pid, pid(handle));
        assertEquals(Set.of(pid(handle)), Set.of(server.holder(lockId)));
        assertEquals(1, server.locks(lockId).size());
        handle.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C3, C16: a release over a connection that leads to a different session unlocks nothing there")
    void shouldNotUnlockOnDifferentSession(boolean inPool) throws Exception {
        DataSource behindPooler = behindPooler(1);
        try (HikariDataSource connections = Databases.pool(behindPooler, 4);
                Connection other = Databases.SHARED.connect();
                Statement statement = other.createStatement()) {
            PostgresLocker locker =
                    locker(KEEPING, inPool ? ConnectionSource.of(connections) : behindPooler::getConnection);
            locker.acquire(request).release();
            LockHandle handle = locker.acquire(request);
            server.terminate(server.holder(lockId));
            statement.execute("select pg_advisory_lock(" + lockId + ")");
            int holder = server.holder(lockId);
            instead.set(other);

            assertThrows(LockNotHeldException.class, handle::release);

            assertEquals(holder, server.holder(lockId));
            locker.close();
        }
    }

    @Test
    @DisplayName("C3, C16: the same is true for shared locks, even if a pooler shows the process id of a real session")
    void shouldNotUnlockSharedLockOnDifferentSession() throws Exception {
        try (HikariDataSource connections = Databases.pool(behindPooler(null), 4);
                Connection other = Databases.SHARED.connect();
                Statement statement = other.createStatement()) {
            PostgresLocker locker = locker(KEEPING, ConnectionSource.of(connections));
            locker.acquire(request.mode(LockMode.SHARED)).release();
            LockHandle handle = locker.acquire(request.mode(LockMode.SHARED));
            statement.execute("select pg_advisory_lock_shared(" + lockId + ")");
            instead.set(other);

            assertThrows(LockNotHeldException.class, handle::release);

            int holder = other.unwrap(PGConnection.class).getBackendPID();
            Server.eventually(
                    "only the other has the lock", () -> server.locks(lockId).size() == 1);
            assertEquals(holder, server.holder(lockId));
            locker.close();
        }
    }

    @Test
    @DisplayName("C17: a connection that cannot be aborted and leads to a different session does not end that one")
    void shouldNotTerminateDifferentSession() throws Exception {
        try (Connection other = Databases.SHARED.connect();
                Statement statement = other.createStatement()) {
            PostgresLocker locker = locker(KEEPING, behindPooler(1)::getConnection);
            LockHandle handle = locker.acquire(request);
            server.terminate(server.holder(lockId));
            statement.execute("select pg_advisory_lock(" + lockId + ")");
            int holder = server.holder(lockId);
            abortable = false;
            instead.set(other);

            assertThrows(LockNotHeldException.class, handle::release);

            assertEquals(holder, server.holder(lockId));
            locker.close();
        }
    }

    /**
     * Connections that prepare their statements on {@link #instead}, if that is set.
     *
     * @param pid the process id that they show; null for that of the session
     */
    private DataSource behindPooler(@Nullable Integer pid) {
        return JdbcProxy.of(DataSource.class, (dataSource, call, none) -> {
            if (!call.getName().equals("getConnection")) {
                return JdbcProxy.call(Databases.SHARED.dataSource(), call, none);
            }
            Connection connection = Databases.SHARED.connect();
            return JdbcProxy.connection((proxy, method, args) -> switch (method.getName()) {
                case "prepareStatement", "createStatement" ->
                    JdbcProxy.call(requireNonNullElse(instead.get(), connection), method, args);
                case "abort" -> {
                    if (!abortable) {
                        throw new SQLFeatureNotSupportedException("abort");
                    }
                    yield JdbcProxy.call(connection, method, args);
                }
                case "unwrap" ->
                    pid == null
                            ? connection.unwrap(PGConnection.class)
                            : JdbcProxy.of(PGConnection.class, (driver, each, no) -> pid);
                default -> JdbcProxy.call(connection, method, args);
            });
        });
    }

    /** Prepares the next statement on another connection, if there is a swap left, as a pooler would. */
    private Connection swapping(Connection connection, AtomicInteger swaps) throws SQLException {
        Connection other = Databases.SHARED.connect();
        return JdbcProxy.connection((proxy, method, args) -> {
            if (method.getName().equals("abort") || method.getName().equals("close")) {
                other.close();
            }
            boolean swapped =
                    method.getName().equals("prepareStatement") && swaps.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
            return JdbcProxy.call(swapped ? other : connection, method, args);
        });
    }

    @Test
    @DisplayName("many threads on few sessions lose no session and no wake-up")
    void shouldServeManyThreads() throws InterruptedException, ExecutionException {
        PostgresLocker locker = locker(KEEPING.maxSessions(3).connectionTimeout(LONG));
        List<Future<?>> working = new ArrayList<>();
        IntStream.range(0, 12)
                .forEach(i -> working.add(threads.submit(() -> {
                    for (int n = 0; n < 50; n++) {
                        LockRequest each = LockRequest.of(key + "/" + i + "/" + n % 3);
                        locker.acquire(n % 10 == 0 ? each.enforcedTtl(LONG) : each)
                                .release();
                    }
                    return null;
                })));
        for (Future<?> each : working) {
            each.get();
        }
        // A session that is not kept is returned by a keeper.
        Server.eventually("half of three are kept", () -> inUse() <= 1);
    }
}
