// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What happens to a lock, its holder, its waiters and everybody else when the network between them fails. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class NetworkFaultsIT extends FaultTest {

    private static final Duration LONG = Duration.ofSeconds(15);

    /** How long a server takes to see that the client of a waiting session has gone. */
    private static final Duration QUEUE_LEFT = Duration.ofSeconds(5);

    private final Relay relay = new Relay(postgres.database().url());
    private final LockRequest request = LockRequest.of(key);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PostgresLocker far = far(CONFIG);
    private final PostgresLocker near =
            new PostgresLocker(CONFIG, ConnectionSource.of(postgres.dataSource()), List.of());

    private PostgresLocker far(LockerConfig config) {
        return new PostgresLocker(config, ConnectionSource.of(relay.through(postgres.dataSource())), List.of(loss));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        relay.thaw();
        far.close();
        near.close();
        relay.close();
        threads.shutdownNow();
        assertNothingIsLeft();
    }

    private long port(int pid) {
        return server.ask("select client_port from pg_stat_activity where pid = " + pid);
    }

    private int waiter() throws InterruptedException {
        Server.eventually("somebody waits", () -> server.locks(lockId).size() == 2);
        return server.locks(lockId).get(1).pid();
    }

    // ---- the holder's network

    @Test
    @DisplayName("C1, C12, C14: a holder whose connection is cut is notified, and the lock becomes free")
    void shouldTellOfACutConnection() throws InterruptedException, IOException {
        LockHandle handle = loss.watch(far.acquire(request, LONG));

        try (Rival rival = rivalOf(handle)) {
            relay.cut(port(server.holder(lockId)));

            loss.assertToldWithin(TOLD, handle);
            rival.assertLetInWithin(SLACK, TOLD);
        }
        far.acquire(request, LONG).release();
        assertEquals(LockState.LOST, handle.state());
        loss.assertToldOnce();
    }

    @Test
    @DisplayName("C1, C12, C19: a holder that is cut off gives its lock up before the server gives it to somebody else")
    void shouldGiveUpBeforeTheServerDoes() throws InterruptedException {
        LockHandle handle = loss.watch(far.acquire(request, LONG));

        try (Rival rival = rivalOf(handle)) {
            relay.freeze();
            long frozen = System.nanoTime();

            Server.within(UNASKABLE, "the lock is suspect", () -> handle.state() == LockState.SUSPECT);
            Duration left = HEARTBEAT.plus(TOLD).minusNanos(System.nanoTime() - frozen);
            loss.assertToldWithin(left, handle);
            rival.assertLetInWithin(HEARTBEAT, Duration.ZERO);
            assertTrue(
                    System.nanoTime() - frozen
                            < HEARTBEAT.plus(SLACK).plus(TOLD).toNanos(),
                    "the server frees the lock after the heartbeat");
        }
        relay.thaw();
        far.acquire(request, LONG).release();
        assertEquals(LockState.LOST, handle.state());
        loss.assertToldOnce();
    }

    @Test
    @DisplayName("C16, C17: an unreachable session is ended from a different session, long before the heartbeat")
    void shouldEndAnUnreachableSessionFromAnother() throws InterruptedException {
        far.close();
        far = far(CONFIG.heartbeat(Duration.ofSeconds(60)));
        LockHandle handle = far.acquire(request, LONG);
        int holder = server.holder(lockId);
        relay.freeze(port(holder));

        assertTimeoutPreemptively(CONNECTION_TIMEOUT.plus(SLACK), handle::close);

        assertEquals(LockState.RELEASED, handle.state());
        Server.within(Duration.ofSeconds(2), "the lock is free", () -> server.isFree(lockId));
        assertFalse(server.sessionExists(holder));
        far.acquire(request, LONG).release();
    }

    // ---- the waiter's network

    @Test
    @DisplayName(
            "C1, C5: a waiter whose connection is cut leaves the server's queue; its caller waits on or is notified")
    void shouldForgetAWaiterThatIsCut() throws Exception {
        Future<LockHandle> waiting;
        try (LockHandle handle = near.acquire(request, LONG)) {
            waiting = threads.submit(() -> far.acquire(request, LONG));
            int waiter = waiter();

            relay.cut(port(waiter));

            Server.within(QUEUE_LEFT, "it has left the queue", () -> !server.sessionExists(waiter));
            assertNobodyBelieves(waiting);
            assertTrue(handle.isHeld());
        }
        Server.within(UNASKABLE, "the caller has its answer", waiting::isDone);
        lateHandle(waiting).ifPresent(LockHandle::close);
    }

    @Test
    @DisplayName("C1, C5, C19: a waiter that is cut off holds up nobody for longer than the heartbeat")
    void shouldNotLetAGhostHold() throws Exception {
        LockHandle handle = near.acquire(request, LONG);
        Future<LockHandle> waiting = threads.submit(() -> far.acquire(request, LONG));
        int ghost = waiter();
        relay.freeze();

        handle.release();
        Server.eventually("the server grants the lock to a session out of reach", () -> server.holder(lockId) == ghost);
        long granted = System.nanoTime();

        try (LockHandle next = near.acquire(request, LONG)) {
            assertTrue(System.nanoTime() - granted < HEARTBEAT.plus(TOLD).toNanos(), "the ghost held for too long");
            relay.thaw();
            assertNobodyBelieves(waiting);
            assertTrue(next.isHeld());
        }
        lateHandle(waiting).ifPresent(LockHandle::close);
    }

    /** For a while: no grant comes to a waiter while somebody else holds the lock, be it an old one that was on its way. */
    private static void assertNobodyBelieves(Future<LockHandle> waiting) throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < TOLD.toNanos()) {
            boolean believes = waiting.isDone() && lateHandle(waiting).isPresent();
            assertFalse(believes, "a waiter got a lock that somebody else holds");
            Server.letPass(Duration.ofMillis(10));
        }
    }

    /** A waiter may fail, or try again and be granted the lock when it is free. */
    private static Optional<LockHandle> lateHandle(Future<LockHandle> waiting) throws InterruptedException {
        try {
            return Optional.of(waiting.get());
        } catch (ExecutionException e) {
            assertTrue(e.getCause() instanceof LockException, () -> "unexpected: " + e.getCause());
            return Optional.empty();
        }
    }
}
