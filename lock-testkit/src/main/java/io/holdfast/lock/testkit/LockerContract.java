// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Locker} must do. Extend it with a class that makes lockers, and its tests run against them. The display
 * names begin with the guarantee that a test shows.
 */
@Timeout(60)
public abstract class LockerContract {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Locker> opened = new ArrayList<>();
    private final String key = "contract/" + UUID.randomUUID();

    private Locker here;
    private Locker there;

    /** For subclasses. */
    protected LockerContract() {}

    /**
     * Makes a locker as another JVM would: it shares nothing with earlier ones but the locks.
     *
     * @return a new locker
     */
    protected abstract Locker newLocker();

    @BeforeEach
    final void open() {
        here = another();
        there = another();
    }

    @AfterEach
    final void close() throws InterruptedException {
        opened.forEach(Locker::close);
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS), "every thread of the test ends");
    }

    private Locker another() {
        Locker locker = newLocker();
        opened.add(locker);
        return locker;
    }

    private LockRequest request() {
        return LockRequest.of(key).waitAtMost(LONG);
    }

    // ---- exclusion

    @Test
    @DisplayName("C1: a held lock is refused to another locker and to the same one, until it is released")
    final void shouldExclude() throws InterruptedException {
        LockHandle handle = here.acquire(request());

        assertTrue(there.tryAcquire(request()).isEmpty(), "refused to another locker");
        assertTrue(here.tryAcquire(request()).isEmpty(), "refused to the same locker and thread");

        handle.release();
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C1: shared holders stand beside each other, and exclude an exclusive one")
    final void shouldShare() throws InterruptedException {
        LockRequest shared = request().mode(LockMode.SHARED);
        LockHandle first = here.acquire(shared);
        LockHandle second = here.tryAcquire(shared).orElseThrow();
        LockHandle third = there.tryAcquire(shared).orElseThrow();

        assertTrue(there.tryAcquire(request()).isEmpty(), "an exclusive one is refused elsewhere");
        assertTrue(here.tryAcquire(request()).isEmpty(), "an exclusive one is refused here");
        first.release();
        third.release();
        assertTrue(there.tryAcquire(request()).isEmpty(), "still one shared holder");

        second.release();
        LockHandle exclusive = there.tryAcquire(request()).orElseThrow();
        assertTrue(here.tryAcquire(shared).isEmpty(), "a shared one is refused beside an exclusive one");
        exclusive.release();
    }

    @Test
    @DisplayName("C1: a counter that is read and written under the lock by many threads loses no increment")
    final void shouldProtectReadModifyWrite() throws Exception {
        int[] counter = {0};
        int threadsPerLocker = 4;
        int rounds = 25;
        List<Future<?>> work = new ArrayList<>();

        for (Locker locker : List.of(here, there)) {
            for (int i = 0; i < threadsPerLocker; i++) {
                work.add(threads.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        locker.withLock(request(), () -> {
                            int read = counter[0];
                            Thread.yield();
                            counter[0] = read + 1;
                            return null;
                        });
                    }
                    return null;
                }));
            }
        }
        for (Future<?> each : work) {
            each.get();
        }

        assertEquals(2 * threadsPerLocker * rounds, counter[0]);
    }

    @Test
    @DisplayName("C4: other keys are not affected; keys differ by case, blanks and Unicode form")
    final void shouldTellKeysApart() throws InterruptedException {
        LockHandle handle = here.acquire(request());

        for (String other :
                List.of(key.toUpperCase(java.util.Locale.ROOT), key + " ", key + "\u00e9", key + "e\u0301")) {
            there.tryAcquire(LockRequest.of(other)).orElseThrow().release();
        }
        handle.release();
    }

    // ---- acquiring

    @Test
    @DisplayName("C5: an acquire waits and gets the lock when it is released elsewhere")
    final void shouldWaitForRelease() throws Exception {
        LockHandle handle = here.acquire(request());
        Future<LockHandle> waiter = threads.submit(() -> there.acquire(request()));
        stillWaiting(waiter);

        handle.release();

        LockHandle next = waiter.get();
        assertTrue(here.tryAcquire(request()).isEmpty(), "the waiter holds it now");
        next.release();
    }

    @Test
    @DisplayName("C5, C6: an acquire that does not get the lock in time says so, and leaves nothing behind")
    final void shouldTimeOut() throws InterruptedException {
        LockHandle handle = here.acquire(request());
        long start = System.nanoTime();

        assertAll(
                () -> assertThrows(
                        LockNotAcquiredException.class,
                        () -> there.acquire(request().waitAtMost(SHORT))),
                () -> assertThrows(
                        LockNotAcquiredException.class,
                        () -> here.acquire(request().waitAtMost(SHORT))),
                () -> assertThrows(
                        LockNotAcquiredException.class,
                        () -> there.acquire(request().waitAtMost(LockRequest.IMMEDIATE))));

        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(waited.compareTo(SHORT.multipliedBy(2)) >= 0, "each waited as long as asked: " + waited);
        handle.release();
        here.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C5: an interrupted wait ends at once, and leaves nothing behind")
    final void shouldBeInterruptible() throws Exception {
        LockHandle handle = here.acquire(request());
        for (Locker locker : List.of(here, there)) {
            CountDownLatch started = new CountDownLatch(1);
            Thread[] waiting = new Thread[1];
            Future<?> waiter = threads.submit(() -> {
                waiting[0] = Thread.currentThread();
                started.countDown();
                return locker.acquire(request());
            });
            started.await();
            stillWaiting(waiter);

            waiting[0].interrupt();

            ExecutionException ended = assertThrows(ExecutionException.class, () -> waiter.get(10, TimeUnit.SECONDS));
            assertSame(InterruptedException.class, ended.getCause().getClass());
        }
        handle.release();
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C7: many threads of one locker that wait for a key get it one after the other")
    final void shouldServeManyWaiters() throws Exception {
        LockHandle handle = there.acquire(request());
        AtomicBoolean inside = new AtomicBoolean();
        List<Future<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            waiters.add(threads.submit(() -> here.withLock(request(), () -> {
                assertFalse(inside.getAndSet(true), "nobody else is inside");
                inside.set(false);
                return null;
            })));
        }

        handle.release();

        for (Future<Void> waiter : waiters) {
            waiter.get();
        }
    }

    @Test
    @DisplayName("C6: misuse is told at once")
    final void shouldRefuseMisuse() {
        assertAll(
                () -> assertThrows(NullPointerException.class, () -> here.acquire(null)),
                () -> assertThrows(NullPointerException.class, () -> here.tryAcquire(null)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.lockId("")),
                () -> assertThrows(IllegalArgumentException.class, () -> here.lockId("\ud800")));
    }

    @Test
    @DisplayName("a locker that can serve answers a ping")
    final void shouldAnswerPing() {
        assertDoesNotThrow(here::ping);
    }

    // ---- holding

    @Test
    @DisplayName("C10: a handle is used and released by another thread than the one that acquired it")
    final void shouldNotBeBoundToThread() throws Exception {
        LockHandle handle = here.acquire(request());

        onAnotherThread(() -> {
            handle.refresh(LONG);
            handle.release();
            return null;
        });

        assertEquals(LockState.RELEASED, handle.state());
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("a handle tells what was asked for, and what a refresh changed")
    final void shouldDescribeItself() throws InterruptedException {
        LockHandle handle = here.acquire(request().ttl(LONG));
        assertAll(
                () -> assertEquals(key, handle.key()),
                () -> assertEquals(LockMode.EXCLUSIVE, handle.mode()),
                () -> assertEquals(LONG, handle.ttl()),
                () -> assertEquals(LockState.HELD, handle.state()),
                () -> assertTrue(handle.isHeld()));

        handle.refresh(LONG.plusSeconds(1));

        assertEquals(LONG.plusSeconds(1), handle.ttl());
        assertThrows(IllegalArgumentException.class, () -> handle.refresh(Duration.ZERO));
        handle.release();
    }

    @Test
    @DisplayName("an advisory ttl that passes makes the handle useless, but keeps the lock until the handle is used")
    final void shouldLapse() throws InterruptedException {
        LockHandle released = here.acquire(request().ttl(SHORT));
        waitFor(() -> released.state() == LockState.LAPSED);
        assertFalse(released.isHeld());
        assertTrue(there.tryAcquire(request()).isEmpty(), "PostgreSQL keeps it");

        assertThrows(LockNotHeldException.class, released::release);

        LockHandle refreshed = there.tryAcquire(request().ttl(SHORT)).orElseThrow();
        waitFor(() -> refreshed.state() == LockState.LAPSED);
        assertThrows(LockNotHeldException.class, () -> refreshed.refresh(LONG));

        LockHandle closed = here.tryAcquire(request().ttl(SHORT)).orElseThrow();
        waitFor(() -> closed.state() == LockState.LAPSED);
        closed.close();
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("a refresh starts the ttl anew")
    final void shouldRefresh() throws InterruptedException {
        Duration ttl = Duration.ofSeconds(2);
        LockHandle handle = here.acquire(request().ttl(ttl));
        long end = System.nanoTime() + ttl.multipliedBy(2).toNanos();

        while (System.nanoTime() - end < 0) {
            handle.refresh(ttl);
            TimeUnit.MILLISECONDS.sleep(50);
        }

        assertTrue(handle.isHeld(), "held for twice its ttl");
        handle.release();
    }

    // ---- ending

    @Test
    @DisplayName("C16: a second release answers not held, a second close does nothing")
    final void shouldEndOnce() throws InterruptedException {
        LockHandle handle = here.acquire(request());
        handle.release();
        LockHandle next = there.tryAcquire(request()).orElseThrow();

        assertAll(
                () -> assertThrows(LockNotHeldException.class, handle::release),
                () -> assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG)),
                () -> assertDoesNotThrow(handle::close),
                () -> assertDoesNotThrow(handle::close),
                () -> assertEquals(LockState.RELEASED, handle.state()));

        assertTrue(here.tryAcquire(request()).isEmpty(), "the next holder's lock was not freed by that");
        next.close();
        next.close();
        here.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C16: of many threads that release at the same time, one does")
    final void shouldEndOnceWhenRaced() throws Exception {
        for (int round = 0; round < 20; round++) {
            LockHandle handle = here.acquire(request());
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Boolean>> racers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                racers.add(threads.submit(() -> {
                    go.await();
                    try {
                        handle.release();
                        return true;
                    } catch (LockNotHeldException e) {
                        return false;
                    }
                }));
            }

            go.countDown();

            int winners = 0;
            for (Future<Boolean> racer : racers) {
                winners += racer.get() ? 1 : 0;
            }
            assertEquals(1, winners);
        }
    }

    @Test
    @DisplayName("C16: an interrupted thread can release, and stays interrupted")
    final void shouldReleaseWhenInterrupted() throws Exception {
        LockHandle handle = here.acquire(request());

        boolean flag = onAnotherThread(() -> {
            Thread.currentThread().interrupt();
            handle.release();
            return Thread.interrupted();
        });

        assertTrue(flag, "the interrupt flag is kept");
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C19: closing the locker releases all its locks, ends its waits, and refuses further ones")
    final void shouldReleaseAllOnClose() throws Exception {
        LockHandle one = here.acquire(request());
        LockHandle two = here.acquire(LockRequest.of(key + "/2"));
        LockHandle elsewhere = there.acquire(LockRequest.of(key + "/3"));
        Future<LockHandle> waitingHere = threads.submit(() -> here.acquire(request()));
        Future<LockHandle> waitingAtTheServer =
                threads.submit(() -> here.acquire(LockRequest.of(key + "/3").waitAtMost(LONG)));
        stillWaiting(waitingHere);
        stillWaiting(waitingAtTheServer);

        here.close();
        here.close();

        for (Future<LockHandle> waiter : List.of(waitingHere, waitingAtTheServer)) {
            ExecutionException e = assertThrows(ExecutionException.class, () -> waiter.get(10, TimeUnit.SECONDS));
            assertSame(IllegalStateException.class, e.getCause().getClass());
        }
        assertAll(
                () -> assertEquals(LockState.RELEASED, one.state()),
                () -> assertThrows(LockNotHeldException.class, two::release),
                () -> assertDoesNotThrow(one::close),
                () -> assertThrows(IllegalStateException.class, () -> here.acquire(request())),
                () -> assertThrows(IllegalStateException.class, () -> here.tryAcquire(request())),
                () -> assertThrows(IllegalStateException.class, here::ping),
                () -> assertTrue(elsewhere.isHeld()));
        there.tryAcquire(request()).orElseThrow().release();
        there.tryAcquire(LockRequest.of(key + "/2")).orElseThrow().release();
        elsewhere.release();
    }

    // ---- with a body

    @Test
    @DisplayName("withLock holds the lock while the body runs, and passes its result and its exception unchanged")
    final void shouldRunBody() throws Exception {
        String result = here.withLock(request(), () -> {
            assertTrue(onAnotherThread(() -> there.tryAcquire(request()).isEmpty()), "held meanwhile");
            return "result";
        });
        assertEquals("result", result);

        Exception mine = new Exception("mine");
        assertSame(
                mine,
                assertThrows(
                        Exception.class,
                        () -> here.withLock(request(), () -> {
                            throw mine;
                        })));
        assertEquals(0, mine.getSuppressed().length);
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("tryWithLock says whether the body ran")
    final void shouldTryBody() throws InterruptedException {
        AtomicBoolean ran = new AtomicBoolean();
        LockHandle handle = there.acquire(request());
        assertFalse(here.tryWithLock(request(), () -> ran.getAndSet(true)));
        assertFalse(ran.get());

        handle.release();

        assertTrue(here.tryWithLock(request(), () -> ran.getAndSet(true)));
        assertTrue(ran.get());
    }

    @Test
    @DisplayName("C25: a body whose lock lapsed is told so; its own exception is not hidden by that")
    final void shouldReportLossAfterBody() {
        LockRequest brief = request().ttl(SHORT);
        Duration longer = SHORT.multipliedBy(2);

        assertThrows(LockNotHeldException.class, () -> here.withLock(brief, () -> sleep(longer)));

        RuntimeException mine = new RuntimeException("mine");
        RuntimeException thrown = assertThrows(
                RuntimeException.class,
                () -> here.withLock(brief, () -> {
                    sleep(longer);
                    throw mine;
                }));
        assertSame(mine, thrown);
        assertTrue(mine.getSuppressed()[0] instanceof LockException);
    }

    // ---- helpers

    private static void stillWaiting(Future<?> waiter) {
        assertThrows(
                java.util.concurrent.TimeoutException.class,
                () -> waiter.get(SHORT.toMillis(), TimeUnit.MILLISECONDS),
                "it waits while somebody else holds the lock");
    }

    private <T> T onAnotherThread(Callable<T> work) throws Exception {
        return threads.submit(work).get();
    }

    private static Void sleep(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        return null;
    }

    private static void waitFor(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "in time");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
