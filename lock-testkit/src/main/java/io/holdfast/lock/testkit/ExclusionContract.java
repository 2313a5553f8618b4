// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Tests of who gets a lock and who waits for it. */
@SuppressWarnings("NullAway")
abstract class ExclusionContract extends ContractFixture {

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
    @DisplayName("C1: shared holders do not exclude each other, but exclude an exclusive one")
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
    final void shouldDistinguishKeys() throws InterruptedException {
        LockHandle handle = here.acquire(request());

        for (String other :
                List.of(key.toUpperCase(java.util.Locale.ROOT), key + " ", key + "\u00e9", key + "e\u0301")) {
            there.tryAcquire(LockRequest.of(other)).orElseThrow().release();
        }
        handle.release();
    }

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
    @DisplayName("C5, C6: an acquire that does not get the lock in time reports that, and leaves nothing behind")
    final void shouldTimeOut() throws InterruptedException {
        LockHandle handle = here.acquire(request());
        long start = System.nanoTime();

        assertAll(
                () -> assertThrows(LockNotAcquiredException.class, () -> there.acquire(request(), SHORT)),
                () -> assertThrows(LockNotAcquiredException.class, () -> here.acquire(request(), SHORT)),
                () -> assertThrows(
                        LockNotAcquiredException.class, () -> there.acquire(request(), LockRequest.IMMEDIATE)));

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
    @DisplayName("C5: a key alone locks exclusively, without a ttl")
    final void shouldLockByKey() throws InterruptedException {
        LockHandle acquired = here.acquire(key);
        assertAll(
                () -> assertEquals(key, acquired.key()),
                () -> assertEquals(LockMode.EXCLUSIVE, acquired.mode()),
                () -> assertEquals(LockRequest.UNLIMITED, acquired.ttl()),
                () -> assertTrue(there.tryAcquire(key).isEmpty(), "refused to others"));
        acquired.release();

        LockHandle tried = there.tryAcquire(key).orElseThrow();
        assertEquals(LockMode.EXCLUSIVE, tried.mode());
        assertTrue(here.tryAcquire(shared()).isEmpty(), "also in another mode");
        tried.release();

        LockHandle limited = here.acquire(key, Duration.ofMinutes(7));
        assertEquals(Duration.ofMinutes(7), limited.ttl());
        assertTrue(there.tryAcquire(key).isEmpty(), "refused to others");
        limited.release();
    }

    @Test
    @DisplayName("C5: a body runs under the lock of a key, with or without the handle of the lock")
    final void shouldRunUnderLockOfKey() throws InterruptedException {
        boolean refusedToOthers = here.withLock(key, () -> there.tryAcquire(key).isEmpty());
        String ofHandle = here.withLock(key, lock -> lock.isHeld() ? lock.key() : "not held");

        assertTrue(refusedToOthers);
        assertEquals(key, ofHandle);
        there.tryAcquire(key).orElseThrow().release();
    }

    @Test
    @DisplayName("C5, C6: a body does not run if its lock is not granted within the wait")
    final void shouldLimitWaitOfBody() throws InterruptedException {
        int result = here.withLock(request(), LockRequest.IMMEDIATE, () -> 1);
        boolean held = here.withLock(request(), LockRequest.UNLIMITED, LockHandle::isHeld);
        assertEquals(1, result);
        assertTrue(held);
        LockHandle handle = there.acquire(request());

        assertThrows(LockNotAcquiredException.class, () -> here.withLock(request(), SHORT, () -> fail("not locked")));
        assertThrows(LockNotAcquiredException.class, () -> here.withLock(request(), SHORT, lock -> fail("not locked")));

        handle.release();
        here.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C6: a negative wait is refused by name and value")
    final void shouldRefuseNegativeWait() throws InterruptedException {
        Duration negative = Duration.ofMillis(-7);
        for (Executable refused : List.<Executable>of(
                () -> here.acquire(request(), negative),
                () -> here.acquireAsync(request(), negative),
                () -> here.acquireAll(List.of(request()), negative),
                () -> here.acquireAll(List.of(), negative),
                () -> here.withLock(request(), negative, () -> fail("not locked")),
                () -> here.withLock(request(), negative, lock -> fail("not locked")))) {
            String message =
                    assertThrows(IllegalArgumentException.class, refused).getMessage();
            assertTrue(
                    message.startsWith("HOLDFAST-0055: waitAtMost") && message.contains(negative.toString()), message);
        }
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C6: misuse is reported at once")
    final void shouldRefuseMisuse() {
        assertAll(
                () -> assertThrows(NullPointerException.class, () -> here.acquire((LockRequest) null)),
                () -> assertThrows(NullPointerException.class, () -> here.acquire((String) null)),
                () -> assertThrows(NullPointerException.class, () -> here.acquire(request(), null)),
                () -> assertThrows(NullPointerException.class, () -> here.tryAcquire((LockRequest) null)),
                () -> assertThrows(NullPointerException.class, () -> here.tryAcquire((String) null)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.acquire("")),
                () -> assertThrows(IllegalArgumentException.class, () -> here.acquire(key, Duration.ZERO)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.tryAcquire("")),
                () -> assertThrows(IllegalArgumentException.class, () -> here.withLock("", () -> null)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.lockId("")),
                () -> assertThrows(IllegalArgumentException.class, () -> here.lockId("\ud800")));
    }

    @Test
    @DisplayName(
            "C4: a key of 4,096 bytes is locked as any other; a longer one is refused, without being reported in full")
    final void shouldLimitLengthOfKeys() throws InterruptedException {
        String most = key + "k".repeat(4095 - key.length());
        LockRequest longest = LockRequest.of(most + "a");
        LockHandle handle = here.acquire(longest);

        assertEquals(longest.key(), handle.key());
        assertTrue(there.tryAcquire(longest).isEmpty(), "refused to others");
        there.tryAcquire(LockRequest.of(most + "b")).orElseThrow().release();
        handle.release();
        there.tryAcquire(longest).orElseThrow().release();

        String message = assertThrows(IllegalArgumentException.class, () -> here.lockId(most + "\u00e9"))
                .getMessage();
        assertTrue(message.contains("4096") && message.contains("4097"), message);
        assertTrue(message.length() < 1000, "not the key in full");
    }

    @Test
    @DisplayName("a locker that can serve answers a ping")
    final void shouldAnswerPing() {
        assertDoesNotThrow(here::ping);
    }
}
