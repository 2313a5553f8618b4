// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.postgresql.PGConnection;

/** What hangs at one lock, or at the code of one holder, is no matter of the others. */
@Timeout(60)
class HealthyLocksIT extends LockerTest {

    private static final Duration HEARTBEAT = Duration.ofSeconds(3);

    /** Without a sign of life a lock is lost by then. */
    private static final Duration LONGER_THAN_HEARTBEAT = HEARTBEAT.plusSeconds(2);

    /** For threads that get no processor for a while. */
    private static final Duration KNOWN = CHECK_INTERVAL.plusSeconds(2);

    private static final LockerConfig HEALTHY = CONFIG.heartbeat(HEARTBEAT)
            .connectionTimeout(Duration.ofSeconds(2))
            .answerTimeout(Duration.ofSeconds(2))
            .closeTimeout(Duration.ofSeconds(4));

    /** Nothing but a check finds a loss here, and there are few of these. */
    private static final LockerConfig RARELY_CHECKED =
            HEALTHY.heartbeat(Duration.ofMinutes(10)).checkInterval(Duration.ofSeconds(1));

    private static final Duration KNOWN_BY_CHECK =
            RARELY_CHECKED.checkInterval().plusSeconds(2);

    /** So many that not each of them is the first that some check finds. */
    private static final int MANY = 20;

    /** Without an answer to a check a lock is suspect by then. */
    private static final Duration LONGER_THAN_PATIENCE = Duration.ofSeconds(4);

    /** What blocks does so until the end of the test. */
    private final CountDownLatch end = new CountDownLatch(1);

    /** The sessions that were opened, by process id. */
    private final Map<Integer, Connection> opened = new ConcurrentHashMap<>();

    /** The keys of the locks that somebody heard of. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    private Connection open() throws SQLException {
        Connection connection = Databases.SHARED.connect();
        opened.put(connection.unwrap(PGConnection.class).getBackendPID(), connection);
        return connection;
    }

    private PostgresLocker telling(LockerConfig config, LockListener listener) {
        return new PostgresLocker(config, this::open, List.of(listener));
    }

    private void tellAndBlock(String key) {
        told.add(key);
        try {
            assertTrue(end.await(30, TimeUnit.SECONDS), "the test is over by then");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void letGo() {
        end.countDown();
    }

    private List<LockHandle> acquire(PostgresLocker locker, int locks) throws InterruptedException {
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < locks; i++) {
            handles.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }
        return handles;
    }

    private static Set<String> keys(List<LockHandle> handles) {
        return handles.stream().map(LockHandle::key).collect(Collectors.toSet());
    }

    private int holder(LockHandle handle) {
        return server.holder(LockId.of(CONFIG.namespace(), handle.key()));
    }

    private boolean isFree(LockHandle handle) {
        return server.isFree(LockId.of(CONFIG.namespace(), handle.key()));
    }

    /** All at the same time. */
    private void terminateHolders(List<LockHandle> handles) {
        String pids = handles.stream().map(handle -> "" + holder(handle)).collect(Collectors.joining(","));
        server.ask("select count(pg_terminate_backend(pid)) from unnest(array[" + pids + "]) pid");
    }

    /** On the session that holds it, which lives on. */
    private void free(LockHandle handle) throws SQLException {
        try (Statement statement = opened.get(holder(handle)).createStatement()) {
            statement.execute("select pg_advisory_unlock(" + LockId.of(CONFIG.namespace(), handle.key()) + ")");
        }
    }

    /** The sessions of some are ended, the locks of the others are freed on theirs. */
    private void takeAway(List<LockHandle> handles) throws SQLException {
        terminateHolders(handles.subList(0, handles.size() / 2));
        for (LockHandle handle : handles.subList(handles.size() / 2, handles.size())) {
            free(handle);
        }
    }

    private static boolean areLost(List<LockHandle> handles) {
        return handles.stream().allMatch(handle -> handle.state() == LockState.LOST);
    }

    /** For that long, here and on the server. */
    private void assertStaysHeld(LockHandle handle, Duration time) throws InterruptedException {
        int holder = holder(handle);
        long start = System.nanoTime();
        while (System.nanoTime() - start < time.toNanos()) {
            assertEquals(LockState.HELD, handle.state());
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertEquals(holder, holder(handle));
    }

    private void assertNoSessionIsLeft() throws InterruptedException {
        Server.eventually("no session is left", () -> opened.keySet().stream().noneMatch(server::sessionExists));
    }

    // ---- sessions that hang

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("C12: sessions that stand still for longer than the heartbeat take no other lock with them")
    void shouldKeepLocksBesideHangingSessions() throws Exception {
        Duration heartbeat = Duration.ofSeconds(5);
        LockerConfig config = CONFIG.heartbeat(heartbeat).checkInterval(Duration.ofSeconds(1));
        try (PostgresNode node = PostgresNode.started();
                PostgresLocker locker = locker(config, ConnectionSource.of(node.dataSource()))) {
            List<LockHandle> handles = acquire(locker, 20);
            handles.forEach(handle -> handle.onLost(() -> told.add(handle.key())));
            List<LockHandle> cut = handles.subList(0, 6);
            List<LockHandle> healthy = handles.subList(6, 20);
            List<Integer> stopped = cut.stream()
                    .map(handle -> node.server().holder(locker.lockId(handle.key())))
                    .toList();

            try {
                stopped.forEach(Signal.STOP::send);
                TimeUnit.NANOSECONDS.sleep(heartbeat.plusSeconds(2).toNanos());

                assertEquals(
                        Set.of(),
                        healthy.stream()
                                .filter(handle -> handle.state() == LockState.LOST)
                                .collect(Collectors.toSet()));
                assertEquals(keys(cut), told, "whose loss is reported");
                assertTrue(areLost(cut), "only these");
            } finally {
                stopped.forEach(Signal.CONT::send);
            }
            Server.eventually("they end", () -> node.server().advisoryLocks() == healthy.size());
            healthy.forEach(LockHandle::release);
        }
    }

    @Test
    @DisplayName(
            "C19: a connection that does not come keeps a locker that holds nothing from closing for a second only")
    void shouldCloseWhileConnecting() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        PostgresLocker locker = locker(CONFIG.closeTimeout(Duration.ofSeconds(10)), () -> {
            asked.countDown();
            // A join does not listen to interrupts.
            CompletableFuture.runAsync(() -> tellAndBlock(key), threads).join();
            return open();
        });
        CompletableFuture<LockHandle> future = locker.acquireAsync(request);
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        long start = System.nanoTime();

        locker.close();

        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofSeconds(2)) < 0, "took " + took);
        assertTrue(future.isCompletedExceptionally(), "it is refused");
        end.countDown();
        Server.eventually("the connection comes too late", () -> !opened.isEmpty());
        assertNoSessionIsLeft();
    }

    // ---- listeners, actions and logs that block

    @Test
    @DisplayName(
            "C12, C21: a listener that blocks while a dropped handle is released delays no sign of life, nor that release")
    void shouldKeepLocksWhileAbandonedIsReleased() throws Exception {
        PostgresLocker locker = telling(HEALTHY, new LockListener() {
            @Override
            public void releaseBegan(LockAttempt attempt, LockHandle handle) {
                if (handle.key().equals(key)) {
                    tellAndBlock(key);
                }
            }
        });
        try (locker) {
            LockHandle kept = acquire(locker, 1).get(0);
            locker.acquire(request);
            Server.eventually("found", () -> {
                System.gc();
                return !told.isEmpty();
            });

            assertStaysHeld(kept, LONGER_THAN_HEARTBEAT);

            assertTrue(server.isFree(lockId), "the dropped one is free, though the listener still blocks");
            kept.release();
            end.countDown();
        }
    }

    @Test
    @DisplayName(
            "C12: actions and listeners that block delay neither the loss of other locks, nor its telling, nor healthy ones")
    void shouldLoseAllWhileActionsBlock() throws Exception {
        PostgresLocker locker = telling(RARELY_CHECKED, new LockListener() {
            @Override
            public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
                tellAndBlock(handle.key());
            }
        });
        try (locker) {
            List<LockHandle> handles = acquire(locker, MANY + 2);
            List<LockHandle> gone = handles.subList(0, MANY);
            // Some block in their action, the others in the listener.
            gone.subList(MANY / 4, MANY * 3 / 4).forEach(handle -> handle.onLost(() -> tellAndBlock(handle.key())));

            takeAway(gone);

            Server.within(KNOWN_BY_CHECK, "all are lost", () -> areLost(gone));
            Server.within(KNOWN_BY_CHECK, "everybody is notified", () -> told.equals(keys(gone)));
            assertStaysHeld(handles.get(MANY), LONGER_THAN_PATIENCE);
            List<LockHandle> later = handles.subList(MANY + 1, MANY + 2);
            terminateHolders(later);
            Server.within(KNOWN_BY_CHECK, "a later loss is known", () -> areLost(later));
            Server.within(KNOWN_BY_CHECK, "and told", () -> told.containsAll(keys(later)));
            handles.get(MANY).release();
            end.countDown();
        }
    }

    @Test
    @DisplayName("C3, C17: a shared session that lost a lock is ended on the server though an action blocks")
    void shouldEndSharedSessionWhileActionBlocks() throws Exception {
        try (PostgresLocker locker = telling(HEALTHY.sessions(SessionMode.SHARED), listener)) {
            List<LockHandle> handles = acquire(locker, 3);
            handles.forEach(handle -> handle.onLost(() -> tellAndBlock(handle.key())));
            int session = holder(handles.get(0));
            assertEquals(session, holder(handles.get(2)), "they share it");

            free(handles.get(0));

            Server.within(KNOWN, "the session has ended", () -> !server.sessionExists(session));
            Server.within(KNOWN, "all of its locks are lost", () -> areLost(handles));
            Server.within(KNOWN, "everybody is notified", () -> told.equals(keys(handles)));
            end.countDown();
        }
    }

    @Test
    @DisplayName("C12: a log that blocks delays neither the loss of other locks, nor its telling, nor healthy ones")
    void shouldLoseAllWhileLogBlocks() throws Exception {
        AtomicBoolean blocked = new AtomicBoolean();
        Logger log = Logger.getLogger("io.holdfast.lock");
        Handler blocking = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getMessage().startsWith("HOLDFAST-0011")) {
                    blocked.set(true);
                    tellAndBlock("log");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(blocking);
        try (PostgresLocker locker = telling(RARELY_CHECKED, listener)) {
            List<LockHandle> handles = acquire(locker, MANY + 1);
            List<LockHandle> gone = handles.subList(0, MANY);
            Set<String> actions = ConcurrentHashMap.newKeySet();
            gone.forEach(handle -> handle.onLost(() -> actions.add(handle.key())));

            takeAway(gone);

            Server.within(KNOWN_BY_CHECK, "all are lost", () -> areLost(gone));
            Server.within(KNOWN_BY_CHECK, "everybody is notified", () -> actions.equals(keys(gone)));
            assertStaysHeld(handles.get(MANY), LONGER_THAN_PATIENCE);
            assertTrue(blocked.get(), "the log blocks");
            handles.get(MANY).release();
            end.countDown();
        } finally {
            log.removeHandler(blocking);
        }
    }

    // ---- a close that would wait for itself

    private static final Duration WELL_BEFORE_TIMEOUT = Duration.ofMillis(2500);

    /** How long it takes. */
    private static Duration close(PostgresLocker locker) {
        assertTrue(Thread.currentThread().getName().startsWith("holdfast-keeper-"), "on the locker's own thread");
        long start = System.nanoTime();
        locker.close();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private void assertClosedSoon(CompletableFuture<Duration> closing, List<LockHandle> handles) throws Exception {
        Duration took = closing.get(20, TimeUnit.SECONDS);

        assertTrue(took.compareTo(WELL_BEFORE_TIMEOUT) < 0, "took " + took);
        for (LockHandle handle : handles) {
            assertEquals(LockState.RELEASED, handle.state());
            Server.eventually("free", () -> isFree(handle));
        }
        assertNoSessionIsLeft();
    }

    @Test
    @DisplayName("C19: a locker that is closed by an action for a lost lock does not wait for that action")
    void shouldCloseFromAction() throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(HEALTHY.sessions(mode), this::open);
            LockHandle lost = locker.acquire(request.enforcedTtl(LONG));
            List<LockHandle> others = acquire(locker, 2);
            CompletableFuture<Duration> closing = new CompletableFuture<>();
            lost.onLost(() -> closing.completeAsync(() -> close(locker), Runnable::run));

            terminateHolders(List.of(lost));

            assertClosedSoon(closing, others);
        }
    }

    @Test
    @DisplayName("C19: a locker that is closed by what goes on after an asynchronous acquire does not wait for that")
    void shouldCloseFromContinuation() throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(HEALTHY.sessions(mode), this::open);
            LockHandle elsewhere = elsewhere().acquire(request);
            List<LockHandle> handles = acquire(locker, 2);
            CompletableFuture<Duration> closing = locker.acquireAsync(request).thenApply(handle -> {
                handles.add(handle);
                return close(locker);
            });

            elsewhere.release();

            assertClosedSoon(closing, handles);
        }
    }
}
