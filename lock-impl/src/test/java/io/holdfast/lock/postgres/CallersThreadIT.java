// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Which statements run on the caller's own thread, and which on keeper threads. */
@Timeout(120)
class CallersThreadIT extends LockerTest {

    /** Nothing regular happens while a test looks. */
    static final LockerConfig QUIET = CONFIG.keepSession(Duration.ofMinutes(1))
            .checkInterval(LONG)
            .answerTimeout(LONG)
            .heartbeat(Duration.ofMinutes(3));

    private static final int PAIRS = 20;
    private static final int POOL_SIZE = 6;

    private final SendingThreads sockets = SendingThreads.create();
    private final PGSimpleDataSource watched = sockets.watch((PGSimpleDataSource) Databases.SHARED.dataSource());
    private final List<PostgresLocker> lockers = new ArrayList<>();
    private final List<AutoCloseable> pools = new ArrayList<>();

    /** Where connections come from. */
    private enum Source {
        HIKARI,
        DRIVER,
        PROXY,
        AGROAL
    }

    @AfterEach
    void closePools() throws Exception {
        lockers.forEach(PostgresLocker::close);
        for (AutoCloseable each : pools) {
            each.close();
        }
    }

    private PostgresLocker locker(LockerConfig config, Source source) throws InterruptedException {
        PostgresLocker locker = locker(
                config,
                switch (source) {
                    case HIKARI -> ConnectionSource.of(filled(opened(Databases.pool(watched, POOL_SIZE))));
                    case DRIVER -> watched::getConnection;
                    case PROXY -> () -> Statements.watched(watched.getConnection(), statement -> {});
                    case AGROAL ->
                        ConnectionSource.of(
                                opened(Databases.agroal(sockets.watch(Databases.SHARED.url()), POOL_SIZE, LONG)));
                });
        lockers.add(locker);
        return locker;
    }

    private <T extends AutoCloseable> T opened(T source) {
        pools.add(source);
        return source;
    }

    /** Sessions are not kept before two of them were compared, which needs connections that come at once. */
    private static HikariDataSource filled(HikariDataSource pool) throws InterruptedException {
        Server.eventually("the pool is full", () -> pool.getHikariPoolMXBean().getTotalConnections() == POOL_SIZE);
        return pool;
    }

    /** So that a session is there for the next lock. */
    private void warmUp(PostgresLocker locker) throws InterruptedException {
        locker.acquire(request).release();
        locker.acquire(request).release();
    }

    private void pairs(PostgresLocker locker, LockRequest each) throws InterruptedException {
        for (int i = 0; i < PAIRS; i++) {
            locker.acquire(each).release();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Which threads send during this work, one for each message. */
    private List<Thread> sendersDuring(Work work) throws Exception {
        sockets.clear();
        work.run();
        return sockets.senders();
    }

    private static void assertKeepersOnly(List<Thread> senders) {
        assertFalse(senders.isEmpty());
        assertTrue(senders.stream().allMatch(SendingThreads::isKeeper), senders::toString);
    }

    private static void assertThisThreadOnly(int messages, List<Thread> senders) {
        assertEquals(Collections.nCopies(messages, Thread.currentThread()), senders);
    }

    private static <T> T onThread(String name, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(task, name).start();
        return task.get();
    }

    // ---- on the caller's thread

    @ParameterizedTest
    @EnumSource(names = {"HIKARI", "DRIVER"})
    @DisplayName("on a session that is ready a lock is two messages, both on the caller's thread, and no keeper works")
    void shouldAskOnCallersThread(Source source) throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(QUIET.sessions(mode), source);
            LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
            warmUp(locker);
            for (LockRequest each : List.of(request, request.fenced(true))) {
                Map<String, Long> before = KeeperThreads.whenIdle();

                List<Thread> senders = sendersDuring(() -> pairs(locker, each));

                assertFalse(KeeperThreads.haveWorkedSince(before), mode + ": " + before + KeeperThreads.allocations());
                assertThisThreadOnly(2 * PAIRS, senders);
            }
            other.release();
        }
    }

    @Test
    @DisplayName("a lock is acquired on one thread and released on another, each of which sends its own statement")
    void shouldReleaseOnReleasersThread() throws Exception {
        PostgresLocker locker = locker(QUIET, Source.HIKARI);
        warmUp(locker);
        LockHandle handle = locker.acquire(request);

        List<Thread> senders = sendersDuring(() -> onThread("releaser", () -> {
            handle.release();
            return null;
        }));

        assertEquals(List.of("releaser"), senders.stream().map(Thread::getName).toList());
        assertThisThreadOnly(
                1, sendersDuring(() -> locker.acquire(request).close()).subList(0, 1));
    }

    @Test
    @DisplayName("a try that is refused is one message on the caller's thread, and none if the holder is in this JVM")
    void shouldRefuseOnCallersThread() throws Exception {
        PostgresLocker locker = locker(QUIET, Source.HIKARI);
        warmUp(locker);
        LockHandle elsewhere = elsewhere().acquire(request);
        assertThisThreadOnly(
                1, sendersDuring(() -> assertTrue(locker.tryAcquire(request).isEmpty())));
        elsewhere.release();

        LockHandle here = locker.acquire(request);
        Map<String, Long> before = KeeperThreads.whenIdle();
        assertEquals(
                List.of(),
                sendersDuring(() -> assertTrue(locker.tryAcquire(request).isEmpty())));
        assertFalse(KeeperThreads.haveWorkedSince(before));
        here.release();
    }

    // ---- on keeper threads

    @ParameterizedTest
    @EnumSource
    @DisplayName("the first use of a connection is on a keeper thread")
    void shouldBeginOnKeepers(Source source) throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(QUIET.sessions(mode), source);
            LockHandle[] handle = new LockHandle[1];

            assertKeepersOnly(sendersDuring(() -> handle[0] = locker.acquire(request)));

            handle[0].release();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PROXY", "AGROAL"})
    @DisplayName("on a pool that is not known, keepers ask, in both modes")
    void shouldAskOnKeepersOfUnknownPool(Source source) throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(QUIET.sessions(mode), source);
            LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
            warmUp(locker);

            List<Thread> senders = sendersDuring(() -> pairs(locker, request));

            assertEquals(2 * PAIRS, senders.size());
            assertKeepersOnly(senders);
            other.release();
        }
    }

    @Test
    @DisplayName("the wait for a holder elsewhere is on a keeper thread, after one try")
    void shouldWaitOnKeepers() throws Exception {
        PostgresLocker locker = locker(QUIET, Source.HIKARI);
        warmUp(locker);
        LockHandle elsewhere = elsewhere().acquire(request);
        sockets.clear();
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);

        List<Thread> senders = sockets.senders();

        assertFalse(SendingThreads.isKeeper(senders.get(0)), senders::toString);
        assertKeepersOnly(senders.subList(1, senders.size()));
        elsewhere.release();
        waiter.get().release();
    }

    @Test
    @DisplayName("enforced leases, and locks whose sessions are not kept, are keepers' work")
    void shouldAskOnKeepersWithoutKeptSession() throws Exception {
        PostgresLocker locker = locker(QUIET, Source.DRIVER);
        warmUp(locker);
        assertKeepersOnly(sendersDuring(() -> pairs(locker, request.enforcedTtl(LONG))));

        PostgresLocker keepingNone = locker(QUIET.keepSession(Duration.ZERO), Source.DRIVER);
        warmUp(keepingNone);
        assertKeepersOnly(sendersDuring(() -> pairs(keepingNone, request)));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("the thread that ends the transactions of all others sends nothing itself")
    void shouldNotHoldUpReaper(SessionMode mode) throws Exception {
        PostgresLocker locker = locker(QUIET.sessions(mode), Source.HIKARI);
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
        warmUp(locker);

        assertKeepersOnly(sendersDuring(() -> onThread("Transaction Reaper Worker 0", () -> {
            pairs(locker, request);
            return null;
        })));
        assertThisThreadOnly(2 * PAIRS, sendersDuring(() -> pairs(locker, request)));
        other.release();
    }
}
