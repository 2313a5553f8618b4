// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupts, sessions that end and lockers that are closed while a caller's own thread asks. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class CallersThreadEndsIT extends CallersFaultTest {

    // ---- interrupts

    @Test
    @DisplayName("C5: a caller that is interrupted before it asks gets no lock; an interrupt does not affect a release")
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
        PostgresLocker locker = locker(
                KEEPING.connectionTimeout(Duration.ofSeconds(20)).answerTimeout(Duration.ofSeconds(20)),
                throughRelay::getConnection);
        int pid = warmUp(locker);
        // So long that the session ends before the statement arrives, also on a loaded machine.
        Duration delay = DELAY.multipliedBy(5);
        relay.delay(delay);
        Future<LockHandle> caller = threads.submit(() -> locker.acquire(request));
        Server.letPass(delay.multipliedBy(halves).dividedBy(4).plusMillis(100));

        server.terminate(pid);
        relay.delay(Duration.ZERO);

        LockHandle handle = caller.get();
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
