// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests of several locks at once. */
@SuppressWarnings("NullAway")
abstract class SeveralLocksContract extends AsyncContract {

    @Test
    @DisplayName("C9: several locks are acquired in the order of their lock ids, and released together")
    final void shouldAcquireAll() throws InterruptedException {
        List<LockRequest> requests = three();
        Collections.shuffle(requests);

        LockHandles handles = here.acquireAll(requests, LONG);

        assertEquals(keys(three()), handles.all().stream().map(LockHandle::key).toList());
        assertTrue(handles.isHeld());
        for (LockRequest each : requests) {
            assertTrue(there.tryAcquire(each).isEmpty(), "refused to others");
        }
        handles.refresh(LONG);
        handles.release();
        assertAll(
                () -> assertFalse(handles.isHeld()),
                () -> assertThrows(LockNotHeldException.class, handles::release),
                () -> assertDoesNotThrow(handles::close));
        allFree();
    }

    @Test
    @DisplayName("C9: without a wait of its own, acquireAll waits as long as acquire")
    final void shouldWaitForAllAsConfigured() throws Exception {
        LockHandle last = there.acquire(three().get(2));
        Future<LockHandles> waiter = threads.submit(() -> here.acquireAll(three()));
        stillWaiting(waiter);

        last.release();

        LockHandles handles = waiter.get(10, TimeUnit.SECONDS);
        assertEquals(keys(three()), handles.all().stream().map(LockHandle::key).toList());
        handles.release();
        assertTrue(here.acquireAll(List.of()).all().isEmpty(), "nothing wanted, nothing held");
        allFree();
    }

    @Test
    @DisplayName("C9: threads that want the same locks in opposite orders do not wait for each other in a circle")
    final void shouldNotDeadlock() throws Exception {
        List<LockRequest> forwards = three();
        List<LockRequest> backwards = new ArrayList<>(forwards);
        Collections.reverse(backwards);
        CountDownLatch go = new CountDownLatch(1);

        Future<?> one = threads.submit(() -> acquireAgainAndAgain(here, forwards, go));
        Future<?> other = threads.submit(() -> acquireAgainAndAgain(there, backwards, go));
        go.countDown();

        one.get();
        other.get();
        allFree();
    }

    private static Void acquireAgainAndAgain(Locker locker, List<LockRequest> requests, CountDownLatch go)
            throws InterruptedException {
        go.await();
        for (int round = 0; round < 50; round++) {
            locker.acquireAll(requests, LONG).release();
        }
        return null;
    }

    @Test
    @DisplayName("C9: if one of several locks is not granted, none is held")
    final void shouldAcquireAllOrNothing() throws InterruptedException {
        for (LockRequest contended : three()) {
            LockHandle holder = there.acquire(contended);

            assertAll(
                    () -> assertThrows(LockNotAcquiredException.class, () -> here.acquireAll(three(), SHORT)),
                    () -> assertThrows(
                            LockNotAcquiredException.class, () -> here.acquireAll(three(), LockRequest.IMMEDIATE)),
                    () -> assertTrue(here.tryAcquireAll(three()).isEmpty()));

            holder.release();
            allFree();
        }
        here.tryAcquireAll(three()).orElseThrow().close();
        allFree();
    }

    @Test
    @DisplayName("C9: the wait is the limit for all locks together")
    final void shouldLimitOverallWait() throws Exception {
        Duration limit = Duration.ofSeconds(2);
        List<LockRequest> requests = three();
        LockHandle first = there.acquire(requests.get(0), LONG);
        LockHandle last = there.acquire(requests.get(2), LONG);
        long start = System.nanoTime();
        Future<?> waiter = threads.submit(() -> here.acquireAll(requests, limit));
        sleep(limit.multipliedBy(3).dividedBy(4));

        first.release();

        failsWith(LockNotAcquiredException.class, waiter);
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(waited.compareTo(limit) >= 0, "as long as asked: " + waited);
        assertTrue(waited.compareTo(limit.plusMillis(1300)) < 0, "not again for the last lock: " + waited);
        last.release();
        allFree();
    }

    @Test
    @DisplayName("C5, C9: an interrupted wait for several locks ends at once, and no lock is held")
    final void shouldInterruptAcquiringAll() throws Exception {
        LockHandle last = there.acquire(three().get(2));
        AtomicReference<Thread> waiting = new AtomicReference<>();
        Future<?> waiter = threads.submit(() -> {
            waiting.set(Thread.currentThread());
            return here.acquireAll(three(), LONG);
        });
        stillWaiting(waiter);
        assertTrue(isHeldSoon(three().get(0)), "the first lock is held during the wait");

        waiting.get().interrupt();

        failsWith(InterruptedException.class, waiter);
        last.release();
        allFree();
    }

    /** Tries the lock for a while; a slow machine may need it to come that far. */
    private boolean isHeldSoon(LockRequest request) throws InterruptedException {
        long untilNanos = System.nanoTime() + LONG.toNanos();
        boolean isHeld = false;
        while (!isHeld && System.nanoTime() - untilNanos < 0) {
            Optional<LockHandle> free = there.tryAcquire(request);
            free.ifPresent(LockHandle::release);
            isHeld = free.isEmpty();
        }
        return isHeld;
    }

    @Test
    @DisplayName("C6, C9: misuse is reported before anything is acquired")
    final void shouldRefuseSameKeyTwice() throws InterruptedException {
        List<LockRequest> twice = List.of(request(), shared());
        Duration negative = Duration.ofMillis(-1);

        assertAll(
                () -> assertThrows(IllegalArgumentException.class, () -> here.acquireAll(twice, LONG)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.tryAcquireAll(twice)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.acquireAll(three(), negative)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.acquireAll(List.of(), negative)),
                () -> assertThrows(NullPointerException.class, () -> here.acquireAll(three(), null)),
                () -> assertThrows(NullPointerException.class, () -> here.acquireAll(null, LONG)),
                () -> assertThrows(NullPointerException.class, () -> here.acquireAll(null)),
                () -> assertThrows(IllegalArgumentException.class, () -> here.acquireAll(twice)),
                () -> assertTrue(here.acquireAll(List.of(), LONG).all().isEmpty(), "nothing wanted, nothing held"));

        allFree();
    }

    /** Returns requests for three keys, in the order of their lock ids. */
    private List<LockRequest> three() {
        List<LockRequest> requests = new ArrayList<>();
        Stream.of("/a", "/b", "")
                .map(end -> LockRequest.of(key + end))
                .sorted(Comparator.comparingLong(each -> here.lockId(each.key())))
                .forEach(requests::add);
        return requests;
    }

    private static List<String> keys(List<LockRequest> requests) {
        return requests.stream().map(LockRequest::key).toList();
    }

    private void allFree() throws InterruptedException {
        for (LockRequest each : three()) {
            becomesFree(each);
        }
    }
}
