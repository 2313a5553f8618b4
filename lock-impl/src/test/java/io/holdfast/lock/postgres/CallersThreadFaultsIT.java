// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/** What may happen while a caller's own thread asks the server: the same comes of it as if a keeper had asked. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class CallersThreadFaultsIT extends FaultTest {

    private static final LockerConfig KEEPING = CONFIG.keepSession(Duration.ofMinutes(1));

    /** The watch looks four times in that time. */
    private static final Duration ANSWERED =
            CONFIG.answerTimeout().plus(CONFIG.answerTimeout().dividedBy(4)).plus(SLACK);

    private static final Duration DELAY = Duration.ofMillis(400);
    private static final int POOL_SIZE = 4;

    private final SendingThreads sockets = SendingThreads.create();
    private final Relay relay = new Relay(postgres.database().url());
    private final PGSimpleDataSource throughRelay = sockets.watch(relay.through(postgres.dataSource()));
    private final LockRequest request = LockRequest.of(key);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<PostgresLocker> lockers = new ArrayList<>();
    private LockerLog log;

    @BeforeEach
    void listen() {
        log = LockerLog.open();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        log.close();
        relay.delay(Duration.ZERO);
        relay.thaw();
        lockers.forEach(PostgresLocker::close);
        relay.close();
        threads.shutdownNow();
        assertNothingIsLeft();
    }

    private PostgresLocker locker(ConnectionSource source) {
        return locker(KEEPING, source);
    }

    private PostgresLocker locker(LockerConfig config, ConnectionSource source) {
        PostgresLocker locker = new PostgresLocker(config, source, List.of());
        lockers.add(locker);
        return locker;
    }

    /** Asks on the caller's thread. */
    private PostgresLocker locker() {
        return locker(throughRelay::getConnection);
    }

    /** Asks on keeper threads, since its pool is unknown. */
    private PostgresLocker onKeepers() {
        return locker(() -> Statements.watched(throughRelay.getConnection(), statement -> {}));
    }

    /** The session that is there for the next lock. */
    private int warmUp(PostgresLocker locker) throws InterruptedException {
        locker.acquire(request).release();
        LockHandle handle = locker.acquire(request);
        int pid = server.holder(lockId);
        handle.release();
        sockets.clear();
        return pid;
    }

    private void freeze(int pid) {
        relay.freeze(server.ask("select client_port from pg_stat_activity where pid = " + pid));
    }

    private void assertAskedBy(boolean caller) {
        List<Thread> senders = sockets.senders();
        assertFalse(senders.isEmpty());
        assertEquals(caller, !SendingThreads.isKeeper(senders.get(0)), senders::toString);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void assertWithin(Duration limit, Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(taken.compareTo(limit) <= 0, taken::toString);
    }

    // ---- a server that does not answer

    private LockUnavailableException failureOfFrozen(PostgresLocker locker, boolean caller) throws Exception {
        int pid = warmUp(locker);
        freeze(pid);
        LockUnavailableException[] failure = new LockUnavailableException[1];

        assertWithin(
                ANSWERED,
                () -> failure[0] = assertThrows(LockUnavailableException.class, () -> locker.acquire(request)));

        assertAskedBy(caller);
        Server.eventually("the server has ended the session", () -> !server.sessionExists(pid));
        LockHandle next = locker.acquire(request);
        assertNotEquals(pid, server.holder(lockId));
        next.release();
        return failure[0];
    }

    @Test
    @DisplayName("C7: a caller whose acquire is not answered gets the same exception in time as with a keeper")
    void shouldGiveUpAcquire() throws Exception {
        PostgresLocker locker = locker();
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));

        LockException failure = failureOfFrozen(locker, true);

        assertTrue(failure.getMessage().startsWith("HOLDFAST-0005"), failure::getMessage);
        assertEquals(failureOfFrozen(onKeepers(), false).getMessage(), failure.getMessage());
        assertTrue(other.isHeld());
        other.release();
        assertEquals(LockState.RELEASED, other.state());
    }

    private void releaseFrozen(PostgresLocker locker, boolean caller) throws Exception {
        int pid = warmUp(locker);
        LockHandle handle = locker.acquire(request);
        sockets.clear();
        freeze(pid);

        assertWithin(ANSWERED, handle::release);

        assertAskedBy(caller);
        assertEquals(LockState.RELEASED, handle.state());
        Server.eventually("the server has ended the session", () -> !server.sessionExists(pid));
        assertTrue(server.isFree(lockId));
        locker.acquire(request).release();
    }

    @Test
    @DisplayName("C16: a caller whose release is not answered returns in time, with the same log as with a keeper")
    void shouldGiveUpRelease() throws Exception {
        PostgresLocker locker = locker();
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));

        releaseFrozen(locker, true);
        releaseFrozen(onKeepers(), false);

        List<String> messages = log.messages("HOLDFAST-0013");
        assertEquals(2, messages.size(), messages::toString);
        assertEquals(messages.get(1), messages.get(0));
        assertTrue(other.isHeld());
        other.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C18: the connection of a caller that was not answered does not go back to its pool")
    void shouldNotPoolUnansweredConnection(boolean acquiring) throws Exception {
        try (HikariDataSource pool = Databases.pool(throughRelay, POOL_SIZE);
                PostgresLocker locker = locker(ConnectionSource.of(pool))) {
            int pid = warmUp(locker);
            if (acquiring) {
                freeze(pid);
                assertThrows(LockUnavailableException.class, () -> locker.acquire(request));
            } else {
                LockHandle handle = locker.acquire(request);
                freeze(pid);
                handle.release();
            }
            assertAskedBy(true);
            Server.eventually("the server has ended the session", () -> !server.sessionExists(pid));
            locker.close();

            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < POOL_SIZE; i++) {
                all.add(pool.getConnection());
                assertTrue(all.get(i).isValid(5));
                assertNotEquals(pid, all.get(i).unwrap(PGConnection.class).getBackendPID());
            }
            for (Connection each : all) {
                each.close();
            }
        }
    }

    // ---- interrupts

    @Test
    @DisplayName("C5: a caller that is interrupted before it asks gets no lock; a release does not care")
    void shouldNotAskWhenInterrupted() throws Exception {
        PostgresLocker locker = locker();
        warmUp(locker);

        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> locker.acquire(request));
        assertEquals(List.of(), sockets.senders());
        assertTrue(server.isFree(lockId));

        LockHandle handle = locker.acquire(request);
        Thread.currentThread().interrupt();
        handle.release();
        assertTrue(Thread.interrupted(), "the flag stays");
        assertEquals(LockState.RELEASED, handle.state());
        assertAskedBy(true);
        assertTrue(server.isFree(lockId));
    }

    /** The work of a thread that is interrupted while the server has not answered. */
    private boolean flagAfter(Work work) throws Exception {
        relay.delay(DELAY);
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                work.run();
                flag.complete(Thread.currentThread().isInterrupted());
            } catch (Throwable e) {
                flag.completeExceptionally(e);
            }
        });
        caller.start();
        Server.letPass(DELAY.dividedBy(2));
        caller.interrupt();
        try {
            return flag.get();
        } finally {
            relay.delay(Duration.ZERO);
        }
    }

    @Test
    @DisplayName("C5, C16: an interrupt while the server answers is kept; the lock is acquired, and released")
    void shouldKeepInterrupt() throws Exception {
        PostgresLocker locker = locker();
        int pid = warmUp(locker);
        LockHandle[] handle = new LockHandle[1];

        assertTrue(flagAfter(() -> handle[0] = locker.acquire(request)), "the flag stays");
        assertEquals(pid, server.holder(lockId));
        assertTrue(handle[0].isHeld());
        assertTrue(flagAfter(handle[0]::release), "the flag stays");

        assertAskedBy(true);
        assertEquals(LockState.RELEASED, handle[0].state());
        assertTrue(server.isFree(lockId));
    }

    @Test
    @DisplayName("C5: an interrupt during a try that is refused ends the wait")
    void shouldEndInterruptedWait() throws Exception {
        PostgresLocker locker = locker();
        warmUp(locker);
        PostgresLocker elsewhere = locker(ConnectionSource.of(postgres.dataSource()));
        LockHandle held = elsewhere.acquire(request);

        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> flagAfter(() -> locker.acquire(request)));

        assertInstanceOf(InterruptedException.class, failure.getCause());
        Server.eventually("it waits no more", () -> server.locks(lockId).size() == 1);
        held.release();
    }

    // ---- sessions that end, lockers that are closed

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    @DisplayName("C5: a session that ends before or while the server is asked is replaced by a different one")
    void shouldReplaceSessionThatEnds(int halves) throws Exception {
        PostgresLocker locker = locker(KEEPING.connectionTimeout(Duration.ofSeconds(20)), throughRelay::getConnection);
        int pid = warmUp(locker);
        relay.delay(DELAY);
        Future<LockHandle> caller = threads.submit(() -> locker.acquire(request));
        Server.letPass(DELAY.multipliedBy(halves).dividedBy(2).plusMillis(100));

        server.terminate(pid);

        LockHandle handle = caller.get();
        relay.delay(Duration.ZERO);
        assertAskedBy(true);
        assertEquals(1, server.locks(lockId).size());
        assertNotEquals(pid, server.holder(lockId));
        assertTrue(handle.isHeld());
        handle.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "C20: a locker that is closed while its caller acquires leaves nothing, and the caller gets an exception")
    void shouldAcquireNothingOfClosedLocker(boolean frozen) throws Exception {
        PostgresLocker locker = locker();
        int pid = warmUp(locker);
        if (frozen) {
            freeze(pid);
        } else {
            relay.delay(DELAY);
        }
        Future<LockHandle> caller = threads.submit(() -> locker.acquire(request));
        Server.eventually("it asks", () -> !sockets.senders().isEmpty());

        locker.close();

        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> caller.get(ANSWERED.toMillis(), TimeUnit.MILLISECONDS));
        assertTrue(failure.getCause().getMessage().contains(frozen ? "HOLDFAST-0005" : "closed"), failure::toString);
        assertAskedBy(true);
        assertNothingIsHeld();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C20: a locker that is closed while its caller releases leaves nothing")
    void shouldReleaseWhileLockerCloses(boolean frozen) throws Exception {
        PostgresLocker locker = locker();
        int pid = warmUp(locker);
        LockHandle handle = locker.acquire(request);
        sockets.clear();
        if (frozen) {
            freeze(pid);
        } else {
            relay.delay(DELAY);
        }
        Future<?> caller = threads.submit(handle::release);
        Server.eventually("it asks", () -> !sockets.senders().isEmpty());

        locker.close();

        caller.get(ANSWERED.toMillis(), TimeUnit.MILLISECONDS);
        assertNotEquals(LockState.HELD, handle.state());
        assertAskedBy(true);
        assertNothingIsHeld();
    }

    private void assertNothingIsHeld() throws InterruptedException {
        Server.within(HEARTBEAT.plus(SLACK), "nothing is held", () -> server.isFree(lockId));
    }
}
