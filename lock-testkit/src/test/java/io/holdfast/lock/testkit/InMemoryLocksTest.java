// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test can see and change of locks in memory. */
@Timeout(60)
class InMemoryLocksTest {

    private static final LockRequest REQUEST = LockRequest.of("order/42");
    private static final LockRequest SHARED = REQUEST.mode(LockMode.SHARED);

    private final InMemoryLocks locks = new InMemoryLocks();
    private final Locker locker = locks.newLocker();
    private final Locker other = locks.newLocker();

    private boolean isFree() throws InterruptedException {
        return other.tryWithLock(REQUEST, () -> null);
    }

    @Test
    @DisplayName("holders and waiters of a key are shown, in every namespace")
    void shouldShowHoldersAndWaiters() throws InterruptedException {
        LockHandle held = locker.acquire(REQUEST);
        LockHandle elsewhere = locks.newLocker(7).acquire(REQUEST);
        CompletableFuture<LockHandle> waiting = other.acquireAsync(REQUEST);

        assertEquals(
                List.of(held.fencingToken(), elsewhere.fencingToken()),
                locks.holders("order/42").stream().map(LockHandle::fencingToken).toList());
        assertEquals(2, locks.holders("order/42").size());
        assertEquals(1, locks.waiters("order/42"));
        assertEquals(List.of(), locks.holders("order/43"));
        assertEquals(0, locks.waiters("order/43"));

        held.release();

        assertTrue(waiting.join().isHeld());
        assertEquals(0, locks.waiters("order/42"));
    }

    @Test
    @DisplayName("a test can wait until another thread waits for the lock")
    void shouldAwaitWaiters() throws Exception {
        LockHandle held = locker.acquire(REQUEST);
        assertFalse(locks.awaitWaiters("order/42", 1, Duration.ZERO));
        assertFalse(locks.awaitWaiters("order/42", 1, Duration.ofMillis(1)));
        FutureTask<Boolean> seen = new FutureTask<>(() -> locks.awaitWaiters("order/42", 2, Duration.ofDays(1)));
        Thread watching = new Thread(seen);
        watching.setDaemon(true);
        watching.start();
        while (watching.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        CompletableFuture<LockHandle> first = other.acquireAsync(REQUEST);
        CompletableFuture<LockHandle> second = other.acquireAsync(REQUEST);

        assertTrue(seen.get());
        assertTrue(locks.awaitWaiters("order/42", 2, Duration.ZERO));
        held.release();
        first.join().release();
        second.join().release();
        assertFalse(locks.awaitWaiters("order/42", 1, Duration.ZERO));
    }

    @Test
    @DisplayName("reset releases every lock, ends every wait, and turns locking on")
    void shouldReset() throws InterruptedException {
        LockHandle held = locker.acquire(REQUEST);
        LockHandle elsewhere = locks.newLocker(7).acquire("reports/daily");
        CompletableFuture<LockHandle> waiting = other.acquireAsync(REQUEST);
        locks.reset();

        assertEquals(LockState.RELEASED, held.state());
        assertEquals(LockState.RELEASED, elsewhere.state());
        ExecutionException failure = assertThrows(ExecutionException.class, waiting::get);
        assertEquals(LockNotAcquiredException.class, failure.getCause().getClass());

        locks.turnOff();
        locks.reset();
        LockHandle again = locker.acquire(REQUEST);
        assertTrue(again.isHeld());
        assertFalse(isFree());
    }

    @Test
    @DisplayName("while locking is off, every request is granted at once; after that, a request waits for all holders")
    void shouldTurnLockingOffAndOn() throws Exception {
        LockHandle held = locker.acquire(REQUEST);
        CompletableFuture<LockHandle> waiting = other.acquireAsync(REQUEST);
        locks.turnOff();
        LockHandle second = waiting.get();
        LockHandle third = other.acquire(REQUEST.fenced(true), LockRequest.IMMEDIATE);

        assertAll(
                () -> assertTrue(held.isHeld() && second.isHeld() && third.isHeld()),
                () -> assertTrue(third.fencingToken().isPresent()),
                () -> assertEquals(3, locks.holders("order/42").size()));

        locks.turnOn();
        held.release();
        second.release();
        assertFalse(isFree());
        third.release();
        assertTrue(isFree());
    }

    @Test
    @DisplayName(
            "a request in SHARED mode waits for every holder in EXCLUSIVE mode that was granted while locking was off")
    void shouldNotShareWithAnyExclusiveHolder() throws Exception {
        LockHandle shared = locker.acquire(SHARED);
        locks.turnOff();
        LockHandle exclusive = locker.acquire(REQUEST);
        locks.turnOn();

        assertTrue(shared.isHeld() && exclusive.isHeld());
        assertEquals(Optional.empty(), other.tryAcquire(SHARED));
    }

    @Test
    @DisplayName("turning locking off is logged once, as a warning")
    void shouldReportTheSwitchOnce() {
        List<String> messages = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger("io.holdfast.lock.testkit");
        Handler recorder = new Handler() {

            @Override
            public void publish(LogRecord message) {
                messages.add(message.getLevel() + " " + message.getMessage());
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // Nothing to close.
            }
        };
        logger.addHandler(recorder);
        try {
            locks.turnOff();
            locks.turnOn();
            locks.turnOff();
        } finally {
            logger.removeHandler(recorder);
        }

        assertEquals(1, messages.size(), messages::toString);
        assertTrue(messages.get(0).startsWith("WARNING LOCKING IS TURNED OFF"), messages::toString);
    }

    @Test
    @DisplayName("the administration shows the locks of its namespace, and terminates a holder")
    void shouldAdministrate() throws InterruptedException {
        LockAdmin admin = locks.newAdmin(0);
        LockHandle held = locker.acquire(REQUEST);
        LockHandle elsewhere = locks.newLocker(7).acquire("reports/daily");
        CompletableFuture<LockHandle> waiting = other.acquireAsync(SHARED);

        LockInfo lock = admin.locks().get(0);

        assertAll(
                () -> assertTrue(elsewhere.isHeld()),
                () -> assertEquals(1, admin.locks().size()),
                () -> assertEquals("order/42", lock.key()),
                () -> assertEquals(locker.lockId("order/42"), lock.lockId()),
                () -> assertEquals(LockMode.EXCLUSIVE, lock.holders().get(0).mode()),
                () -> assertEquals(LockMode.SHARED, lock.waiters().get(0).mode()),
                () -> assertNotEquals(
                        lock.holders().get(0).pid(), lock.waiters().get(0).pid()),
                () -> assertEquals(Optional.empty(), admin.lock("reports/daily")));

        assertTrue(admin.terminate(lock, lock.waiters().get(0)), "it continues at the end of the queue");
        assertFalse(waiting.isDone());
        assertTrue(admin.terminate(lock, lock.holders().get(0)));
        assertTrue(waiting.join().isHeld());
        assertEquals(LockState.LOST, held.state());
        assertFalse(admin.terminate(lock, lock.holders().get(0)));
    }
}
