// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Locks that pass from holder to holder inside the JVM while something fails. */
@Timeout(120)
class HandOverFaultsIT extends HandOverTest {

    /** A wait that lasts for half of it is confirmed by a further statement. */
    private static final Duration SHORT_HEARTBEAT = Duration.ofSeconds(2);

    /** How the holder, to whom a lost lock was handed, finds that it is lost. */
    private enum Finding {
        REFRESH,
        RELEASE,
        CHECK
    }

    private static LockerConfig config(SessionMode mode, Finding finding) {
        LockerConfig config = HANDING.sessions(mode);
        return finding == Finding.CHECK ? config.checkInterval(CHECK_INTERVAL) : config;
    }

    private static void find(Finding finding, LockHandle handle) throws InterruptedException {
        switch (finding) {
            case REFRESH -> assertNotHeld(handle, true);
            case RELEASE -> {
                Server.letPass(HAND_OVER);
                assertNotHeld(handle, false);
            }
            case CHECK -> Server.eventually("found", () -> handle.state() == LockState.LOST);
        }
    }

    private void shouldTellPresentHolder(SessionMode mode, Finding finding) throws Exception {
        PostgresLocker locker = locker(config(mode, finding));
        Loss loss = new Loss(key);
        AtomicInteger earlier = new AtomicInteger();
        LockHandle held = locker.acquire(request);
        List<CompletableFuture<LockHandle>> waiters = queue(locker, request, request, request, request);
        held.onLost(earlier::incrementAndGet);
        int pid = server.holder(lockId);
        server.terminate(pid);
        held.release();
        LockHandle second = get(waiters.get(0));
        second.onLost(earlier::incrementAndGet);
        second.release();
        LockHandle third = loss.watch(get(waiters.get(1)));

        find(finding, third);

        LockHandle fourth = get(waiters.get(2));
        assertNotEquals(pid, server.holder(lockId), "a fresh grant");
        assertEquals(LockState.HELD, fourth.state());
        fourth.release();
        get(waiters.get(3)).release();
        assertEquals(LockState.LOST, third.state());
        assertThrows(LockNotHeldException.class, third::release);
        assertEquals(LockState.RELEASED, second.state());
        assertEquals(0, earlier.get(), "a former holder is not notified");
        Server.eventually("notified", () -> listener.events().contains("lost"));
        assertEquals(1, listener.events().stream().filter("lost"::equals).count());
        assertEquals(1, logged("HOLDFAST-0011").size());
        assertEquals(1, logged("HOLDFAST-0094").size());
        assertSays(logged("HOLDFAST-0094").get(0), key, " 2 holders");
    }

    @ParameterizedTest
    @EnumSource(Finding.class)
    @DisplayName("C12, C16: a loss is reported to the present holder only, and the log counts the releases before it")
    void shouldTellPresentHolderOfPinnedSession(Finding finding) throws Exception {
        shouldTellPresentHolder(SessionMode.PINNED, finding);
    }

    @ParameterizedTest
    @EnumSource(Finding.class)
    @DisplayName("C12, C16: the same, if locks share sessions")
    void shouldTellPresentHolderOfSharedSession(Finding finding) throws Exception {
        shouldTellPresentHolder(SessionMode.SHARED, finding);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C12: sessions that are ended during hand-overs cost their holder the lock, and nobody else")
    void shouldSurviveKills(SessionMode mode) throws Exception {
        PostgresLocker locker = locker(CONFIG.sessions(mode).handOver(HAND_OVER));
        AtomicInteger kills = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        CompletableFuture<Void> enough = CompletableFuture.runAsync(
                () -> {
                    while (kills.get() < 40) {
                        server.locks(lockId).stream().limit(1).forEach(row -> {
                            server.terminate(row.pid());
                            kills.incrementAndGet();
                        });
                    }
                },
                threads);
        onThreads(8, () -> {
            while (!enough.isDone()) {
                LockHandle handle = locker.acquire(request);
                try {
                    handle.release();
                } catch (LockNotHeldException e) {
                    lost.incrementAndGet();
                }
            }
            return null;
        });
        enough.get();
        assertTrue(lost.get() <= kills.get(), lost + " lost");
        int reported = Math.toIntExact(
                listener.events().stream().filter("lost"::equals).count());
        assertTrue(reported <= kills.get(), reported + " reported");
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C19: a locker that closes during hand-overs refuses who waits, and leaves nothing on the server")
    void shouldCloseDuringHandOvers(SessionMode mode) throws Exception {
        for (int round = 0; round < 20; round++) {
            PostgresLocker locker = locker(HANDING.sessions(mode));
            CountDownLatch running = new CountDownLatch(200);
            List<Future<?>> users = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                users.add(threads.submit(() -> {
                    while (true) {
                        locker.acquire(request).close();
                        running.countDown();
                    }
                }));
            }
            assertTrue(running.await(20, TimeUnit.SECONDS));
            CompletableFuture<LockHandle> future = locker.acquireAsync(request);
            long start = System.nanoTime();

            locker.close();

            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(took.compareTo(CONFIG.closeTimeout()) < 0, "took " + took);
            Server.within(Duration.ofSeconds(1), "free", () -> server.isFree(lockId));
            for (Future<?> user : users) {
                ExecutionException refused =
                        assertThrows(ExecutionException.class, () -> user.get(10, TimeUnit.SECONDS));
                assertSays(refused.getCause().getMessage(), "HOLDFAST-0010");
            }
            Server.eventually("the future has ended", future::isDone);
        }
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C21: a holder that was handed the lock and dropped its handle is found, and the next one gets it")
    void shouldPassOnDroppedLock(SessionMode mode) throws Exception {
        PostgresLocker locker = locker(HANDING.sessions(mode).checkInterval(CHECK_INTERVAL));
        CompletableFuture<LockHandle> waiter = dropOne(locker);

        Server.eventually("the next one gets it", () -> {
            System.gc();
            return waiter.isDone();
        });

        waiter.get().release();
        assertEquals(1, logged("HOLDFAST-0023").size());
    }

    /** Returns who waits behind the one that drops the lock, and keeps no handle of the latter. */
    private CompletableFuture<LockHandle> dropOne(PostgresLocker locker) throws Exception {
        LockHandle held = locker.acquire(request);
        List<CompletableFuture<LockHandle>> waiters = queue(locker, request, request);
        held.release();
        get(waiters.get(0));
        assertFalse(waiters.get(1).isDone());
        return waiters.get(1);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C16: listeners that fail or hang stop no hand-over")
    void shouldPassOnDespiteListeners(SessionMode mode) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicReference<Thread> hanging = new AtomicReference<>();
        LockListener bad = new LockListener() {
            @Override
            public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void released(LockAttempt attempt, LockHandle handle, Duration held) {
                if (hanging.compareAndSet(Thread.currentThread(), null)) {
                    await(end);
                }
                throw new IllegalStateException("on purpose");
            }
        };
        try (PostgresLocker locker =
                new PostgresLocker(HANDING.sessions(mode), ConnectionSource.of(pool), List.of(bad))) {
            LockHandle held = locker.acquire(request);
            List<CompletableFuture<LockHandle>> waiters = queue(locker, request, request);
            Future<?> releasing = threads.submit(() -> {
                hanging.set(Thread.currentThread());
                held.release();
            });
            get(waiters.get(0)).release();
            LockHandle last = get(waiters.get(1));
            assertFalse(releasing.isDone());
            assertEquals(LockState.RELEASED, held.state());
            assertEquals(LockState.HELD, last.state());
            end.countDown();
            releasing.get(10, TimeUnit.SECONDS);
            last.release();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The one that waits gives up while the lock is yielded for it, and the unlock that follows is not answered. */
    private Connection unanswered(Connection connection, Runnable whileYielding) {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger yields = new AtomicInteger();
        return JdbcProxy.connection((proxy, method, args) -> {
            if (List.of("abort", "close").contains(method.getName())) {
                ended.countDown();
            } else if (method.getName().equals("prepareStatement")
                    && ((String) args[0]).contains("pg_advisory_unlock(")) {
                if (((String) args[0]).contains("pg_try_advisory_lock(")) {
                    yields.incrementAndGet();
                    whileYielding.run();
                } else if (yields.get() > 0) {
                    await(ended);
                    throw new SQLException("not answered", "08006");
                }
            }
            return JdbcProxy.call(connection, method, args);
        });
    }

    @Test
    @DisplayName("C16, C17: an unlock that is not answered after a yield that nobody waits for ends the session")
    void shouldEndUnansweredSession() throws Exception {
        AtomicReference<CompletableFuture<LockHandle>> waiter = new AtomicReference<>();
        PostgresLocker locker = locker(
                HANDING.handOver(Duration.ZERO),
                () -> unanswered(pool.getConnection(), () -> {
                    waiter.get().cancel(false);
                }));
        LockHandle held = locker.acquire(request);
        waiter.set(queue(locker, request).get(0));

        held.release();

        Server.within(Duration.ofSeconds(5), "free", () -> server.isFree(lockId));
        waiter.set(new CompletableFuture<>());
        locker.acquire(request, Duration.ofSeconds(5)).release();
    }

    /** A statement that may grant a lock, or confirm the grant after a long wait. */
    private enum Granting {
        TRY,
        WAIT,
        CONFIRM,
        YIELD;

        boolean isIn(String sql) {
            boolean tries = sql.contains("pg_try_advisory_lock(");
            boolean unlocks = sql.contains("pg_advisory_unlock(");
            return switch (this) {
                case TRY -> tries && !unlocks;
                case WAIT -> sql.contains("pg_advisory_lock(");
                case CONFIRM -> sql.startsWith("select exists (select from pg_catalog.pg_locks");
                case YIELD -> tries && unlocks;
            };
        }
    }

    /** Runs something when such a statement was answered, before the locker hears of that. */
    private static Connection late(Connection connection, Granting granting, Runnable onAnswer) {
        return JdbcProxy.connection((proxy, method, args) -> {
            Object result = JdbcProxy.call(connection, method, args);
            if (!(result instanceof PreparedStatement statement) || !granting.isIn((String) args[0])) {
                return result;
            }
            return JdbcProxy.of(PreparedStatement.class, (wrapper, call, parameters) -> {
                Object answer = JdbcProxy.call(statement, call, parameters);
                if (call.getName().startsWith("execute")) {
                    onAnswer.run();
                }
                return answer;
            });
        });
    }

    private static List<Arguments> grantsOfSessions() {
        return Stream.of(SessionMode.values())
                .flatMap(mode -> Stream.of(Granting.values()).map(granting -> Arguments.of(mode, granting)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("grantsOfSessions")
    @DisplayName("C16: a grant is a proof of when the server granted the lock, and not of when the answer arrived")
    void shouldCountFromGrant(SessionMode mode, Granting granting) throws Exception {
        Duration handOver = Duration.ofMillis(300);
        AtomicBoolean armed = new AtomicBoolean();
        PostgresLocker locker = locker(
                HANDING.sessions(mode).handOver(handOver).heartbeat(SHORT_HEARTBEAT),
                () -> late(pool.getConnection(), granting, () -> {
                    if (armed.compareAndSet(true, false)) {
                        server.terminate(server.holder(lockId));
                        pass(handOver);
                    }
                }));
        locker.acquire(LockRequest.of(key + "/first")).release();
        Future<LockHandle> granted = grantLate(locker, granting, handOver, armed);
        LockHandle handle = get(granted);
        assertFalse(armed.get(), "it was lost on its way");
        CompletableFuture<LockHandle> waiter = queue(locker, request).get(0);

        assertThrows(LockNotHeldException.class, handle::release);

        get(waiter).release();
    }

    private Future<LockHandle> grantLate(
            PostgresLocker locker, Granting granting, Duration handOver, AtomicBoolean armed) throws Exception {
        LockHandle before = switch (granting) {
            case TRY -> null;
            case WAIT, CONFIRM -> elsewhere().acquire(request);
            case YIELD -> locker.acquire(request);
        };
        if (before == null) {
            armed.set(true);
        }
        Future<LockHandle> granted = locker.acquireAsync(request);
        if (granting == Granting.WAIT || granting == Granting.CONFIRM) {
            Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        }
        if (granting == Granting.CONFIRM) {
            Server.letPass(SHORT_HEARTBEAT);
        }
        if (before != null) {
            Server.letPass(handOver);
            armed.set(true);
            before.release();
        }
        return granted;
    }

    private static void pass(Duration time) {
        try {
            Server.letPass(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName(
            "C16: a lock that the server granted a moment ago is passed on, however long the statement waited for it")
    void shouldPassOnAfterWait(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode));
        LockHandle before = elsewhere().acquire(request);
        List<CompletableFuture<LockHandle>> waiters = queue(locker, request, request);
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        Server.letPass(HAND_OVER.multipliedBy(2));
        before.release();
        LockHandle granted = get(waiters.get(0));
        statements.clear();

        granted.release();

        assertEquals(List.of(), List.copyOf(statements));
        get(waiters.get(1)).release();
    }
}
