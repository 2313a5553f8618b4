// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.spi.LockAttempt;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of what locks in memory do beyond the contract. */
@Timeout(60)
class InMemoryLockerTest {

    private static final LockRequest REQUEST = LockRequest.of("order/42");
    private static final LockRequest SHARED = REQUEST.mode(LockMode.SHARED);

    private final InMemoryLocks locks = new InMemoryLocks();
    private final RecordingListener listener = new RecordingListener();
    private final InMemoryLocker locker = locks.newLocker(listener);

    private String withoutHandle() {
        return "without";
    }

    private String withHandle(LockHandle handle) throws IOException {
        return "with " + handle.key();
    }

    private static String statically(LockHandle handle) {
        return "static " + handle.key();
    }

    @Test
    @DisplayName(
            "lambdas and method references as bodies, with and without a handle, are distinguished by their parameters")
    void shouldTakeBodiesOfBothKinds() throws InterruptedException, IOException {
        assertAll(
                () -> assertEquals("without", locker.withLock(REQUEST, this::withoutHandle)),
                () -> assertEquals("with order/42", locker.withLock(REQUEST, this::withHandle)),
                () -> assertEquals("static order/42", locker.withLock(REQUEST, InMemoryLockerTest::statically)),
                () -> assertEquals("order/42", locker.withLock(REQUEST, LockHandle::key)),
                () -> assertEquals("lambda", locker.withLock(REQUEST, () -> "lambda")),
                () -> assertEquals("order/42", locker.withLock(REQUEST, handle -> handle.key())),
                () -> assertTrue(locker.tryWithLock(REQUEST, this::withoutHandle)),
                () -> assertTrue(locker.tryWithLock(REQUEST, this::withHandle)),
                () -> assertTrue(locker.tryWithLock(REQUEST, () -> null)),
                () -> assertTrue(locker.tryWithLock(REQUEST, handle -> null)));
        String thrown = locker.withLock(REQUEST, this::withHandle);
        assertEquals("with order/42", thrown, "the compiler sees what the body may throw, and nothing more");
    }

    @Test
    @DisplayName("C12, C14: a lost lock shows it, reports it once, and stays lost")
    void shouldLose() throws InterruptedException {
        List<String> reported = new CopyOnWriteArrayList<>();
        LockHandle handle = locker.acquire(REQUEST);
        handle.onLost(() -> reported.add(Thread.currentThread().getName()));

        assertEquals(1, locks.lose("order/42"));

        assertAll(
                () -> assertEquals(LockState.LOST, handle.state()),
                () -> assertThrows(LockNotHeldException.class, () -> handle.refresh(Duration.ofSeconds(1))),
                () -> assertThrows(LockNotHeldException.class, handle::release),
                () -> assertDoesNotThrow(handle::close),
                () -> assertEquals(0, locks.lose("order/42")),
                () -> assertEquals(List.of("acquired", "lost"), listener.events()),
                () -> assertEquals(List.of("in-memory-locks"), reported, "once, on another thread"),
                () -> assertEquals(LockState.LOST, handle.state()));
        handle.onLost(() -> reported.add(Thread.currentThread().getName()));
        assertEquals(Thread.currentThread().getName(), reported.get(1), "at once, on this thread");
    }

    @Test
    @DisplayName("a lost lock is free for the next waiter, who is not affected by what the former holder does")
    void shouldGiveLostLockToNext() throws Exception {
        LockHandle handle = locker.acquire(REQUEST);
        CompletableFuture<LockHandle> waiter = locks.newLocker().acquireAsync(REQUEST);

        locks.lose("order/42");

        LockHandle next = waiter.get(10, TimeUnit.SECONDS);
        handle.close();
        assertTrue(next.isHeld());
        assertTrue(locker.tryAcquire(REQUEST).isEmpty());
    }

    @Test
    @DisplayName("all holders of a key lose it, in every namespace, and nobody else")
    void shouldLoseAllHolders() throws InterruptedException {
        InMemoryLocker elsewhere = locks.newLocker(7);
        LockHandle first = locker.acquire(SHARED);
        LockHandle second = locker.acquire(SHARED);
        LockHandle third = elsewhere.acquire(REQUEST);
        LockHandle other = locker.acquire(LockRequest.of("order/43"));

        assertEquals(3, locks.lose("order/42"));

        assertTrue(List.of(first, second, third).stream().allMatch(handle -> handle.state() == LockState.LOST));
        assertTrue(other.isHeld());
    }

    @Test
    @DisplayName(
            "a lapsed lock that is lost stays lapsed, but becomes free; listeners are notified once that it had lapsed")
    void shouldFreeLapsedLock() throws InterruptedException {
        List<String> reported = new CopyOnWriteArrayList<>();
        EventRecord record = new EventRecord();
        InMemoryLocker observed = locks.newLocker(record.listener());
        LockHandle handle = observed.acquire(REQUEST.ttl(Duration.ofMillis(1)));
        handle.onLost(() -> reported.add("lost"));
        TimeUnit.MILLISECONDS.sleep(2);

        assertEquals(0, locks.lose("order/42"));

        assertEquals(LockState.LAPSED, handle.state());
        LockHandle next = locker.tryAcquire(REQUEST).orElseThrow();
        assertThrows(LockNotHeldException.class, handle::release);
        handle.close();
        observed.close();
        assertEquals(LockState.LAPSED, handle.state());
        assertTrue(next.isHeld());
        assertEquals(List.of(), reported);
        assertEquals(List.of("lapsed"), record.ends());
    }

    @Test
    @DisplayName("C20: an enforced lock that has lapsed stays so, and is not lost")
    void shouldNotLoseEnforcedLapsedLock() throws InterruptedException {
        EventRecord record = new EventRecord();
        InMemoryLocker observed = locks.newLocker(record.listener());
        LockHandle handle = observed.acquire(REQUEST.enforcedTtl(Duration.ofMillis(1)));
        TimeUnit.MILLISECONDS.sleep(2);

        assertEquals(0, locks.lose("order/42"));
        observed.close();

        assertEquals(LockState.LAPSED, handle.state());
        ContractFixture.waitFor(() -> record.ends().contains("lapsed"));
        assertEquals(List.of("lapsed"), record.ends());
    }

    @Test
    @DisplayName(
            "C20: the log shows that an enforced ttl has passed when it does, once; closing the handle logs nothing")
    void shouldLogEnforcedLapseOnce() throws InterruptedException {
        List<LogRecord> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                logged.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("io.holdfast.lock.testkit");
        logger.addHandler(handler);
        try {
            LockHandle handle = locker.acquire(REQUEST.enforcedTtl(Duration.ofMillis(1)));
            ContractFixture.waitFor(() -> !logged.isEmpty());
            handle.close();
            handle.close();
        } finally {
            logger.removeHandler(handler);
        }

        assertEquals(1, logged.size());
        assertEquals(Level.WARNING, logged.get(0).getLevel());
        assertTrue(
                logged.get(0).getMessage().contains("'order/42'"), logged.get(0).getMessage());
    }

    @Test
    @DisplayName("a lock that lapses while its locker reports the grant is reported as acquired first")
    void shouldReportGrantBeforeLapse() throws InterruptedException {
        EventRecord record = new EventRecord();
        InMemoryLocker observed = locks.newLocker(
                new RecordingListener() {
                    @Override
                    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
                        while (handle.isHeld()) {
                            Thread.onSpinWait();
                        }
                    }
                },
                record.listener());

        observed.acquire(REQUEST.enforcedTtl(Duration.ofMillis(1)));

        ContractFixture.waitFor(() -> record.ends().contains("lapsed"));
        assertTrue(
                record.events().indexOf("acquired") < record.events().indexOf("lapsed"),
                () -> record.events().toString());
    }

    @Test
    @DisplayName("an exception of an onLost action or a listener is contained")
    void shouldContainFailures() throws InterruptedException {
        List<String> reported = new CopyOnWriteArrayList<>();
        InMemoryLocker failing = locks.newLocker(
                new RecordingListener() {
                    @Override
                    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
                        throw new AssertionError("mine");
                    }

                    @Override
                    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
                        throw new IllegalStateException("mine");
                    }
                },
                listener);
        LockHandle handle = failing.acquire(REQUEST);
        handle.onLost(() -> {
            throw new IllegalStateException("mine, too");
        });
        handle.onLost(() -> {
            throw new AssertionError("mine, too");
        });
        handle.onLost(() -> reported.add("second"));

        locks.lose("order/42");

        assertEquals(List.of("second"), reported);
        assertEquals(List.of("acquired", "lost"), listener.take());
    }

    @Test
    @DisplayName("listeners are notified of what happens")
    void shouldReportListeners() throws Exception {
        LockHandle handle = locker.acquireAsync(REQUEST).get();
        handle.refresh(Duration.ofSeconds(1));
        locker.tryAcquire(REQUEST);
        assertThrows(LockNotAcquiredException.class, () -> locker.acquire(REQUEST, LockRequest.IMMEDIATE));
        handle.release();
        handle.close();
        locker.acquire(REQUEST);
        locker.close();

        assertEquals(
                List.of("acquired", "refreshed", "contended", "contended", "released", "acquired", "released"),
                listener.events());
    }

    @Test
    @DisplayName("C5: waiters of all lockers stand in one queue, in the order of their calls")
    void shouldServeAllLockersInOneOrder() throws Exception {
        LockHandle holder = locker.acquire(REQUEST);
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            waiters.add(locks.newLocker().acquireAsync(REQUEST).thenAccept(handle -> {
                served.add(number);
                handle.release();
            }));
        }

        holder.release();

        for (CompletableFuture<?> waiter : waiters) {
            waiter.get(10, TimeUnit.SECONDS);
        }
        List<Integer> ordered = new ArrayList<>(served);
        Collections.sort(ordered);
        assertEquals(20, served.size());
        assertEquals(ordered, served);
    }

    @Test
    @DisplayName("C5: a future that its own timeout ends abandons the wait, too")
    void shouldGiveUpWhenFutureTimesOut() throws Exception {
        LockHandle holder = locker.acquire(REQUEST);
        CompletableFuture<LockHandle> waiter = locker.acquireAsync(REQUEST).orTimeout(10, TimeUnit.MILLISECONDS);
        assertThrows(ExecutionException.class, waiter::get);

        holder.release();

        locker.tryAcquire(REQUEST).orElseThrow();
    }

    @Test
    @DisplayName("C5: a slow user of the future does not delay the end of the wait, also when it is canceled")
    void shouldReportEndOfWaitBeforeFutureIsUsed() throws Exception {
        EventRecord record = new EventRecord();
        InMemoryLocker observed = locks.newLocker(record.listener());
        LockHandle holder = locker.acquire(REQUEST);
        CompletableFuture<LockHandle> canceled = observed.acquireAsync(REQUEST);
        CompletableFuture<List<String>> seen = canceled.handle((handle, failure) -> record.events());

        assertTrue(canceled.cancel(true));

        assertEquals(List.of("waitBegan", "queued", "waitEnded"), seen.get());
        CompletableFuture<List<String>> granted = observed.acquireAsync(REQUEST).thenApply(handle -> {
            handle.close();
            return record.events();
        });
        holder.release();
        assertEquals(
                List.of(
                        "waitBegan",
                        "queued",
                        "waitEnded",
                        "waitBegan",
                        "queued",
                        "acquired",
                        "waitEnded",
                        "releaseBegan",
                        "released"),
                granted.get(10, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("C4: other namespaces and other servers do not contend; lock ids are those of PostgreSQL")
    void shouldKeepNamespacesApart() throws InterruptedException {
        LockHandle handle = locker.acquire(REQUEST);

        assertFalse(locks.newLocker(1).tryAcquire(REQUEST).isEmpty());
        assertFalse(new InMemoryLocks().newLocker().tryAcquire(REQUEST).isEmpty());
        assertTrue(handle.isHeld());
        assertAll(
                () -> assertEquals(-1964703200901900934L, locker.lockId("k")),
                () -> assertEquals(-6034990589370483314L, locks.newLocker(-1).lockId("k")),
                () -> assertEquals(-7118873874016195556L, locks.newLocker(7).lockId("order:42")),
                () -> assertEquals(6805314271010407176L, locks.newLocker(42).lockId("\u8ba2\u5355:123")),
                () -> assertEquals(-3072708414230142511L, locker.lockId("\u00e9")),
                () -> assertNotEquals(locker.lockId("a"), locker.lockId("b")));
    }

    @Test
    @DisplayName("C5: an interrupted thread does not acquire, and nothing is left behind")
    void shouldNotAcquireWhenInterrupted() throws InterruptedException {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> locker.acquire(REQUEST));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> locker.tryAcquire(REQUEST));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, locker::ping);

        assertFalse(Thread.interrupted(), "the flag is cleared");
        assertSame(LockState.HELD, locker.tryAcquire(REQUEST).orElseThrow().state());
    }
}
