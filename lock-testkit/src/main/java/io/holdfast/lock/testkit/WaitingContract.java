// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests of the order of waiters, and of what frees a lock. */
@SuppressWarnings("NullAway")
abstract class WaitingContract extends ExclusionContract {

    @Test
    @DisplayName("C5: threads of one locker that wait for a key are served first come, first served")
    final void shouldServeInOrder() throws Exception {
        LockHandle handle = there.acquire(request());
        List<Integer> served = new CopyOnWriteArrayList<>();
        List<Future<Boolean>> waiters = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            waiters.add(waiting(() -> here.withLock(request(), () -> served.add(number))));
        }

        handle.release();

        for (Future<Boolean> waiter : waiters) {
            waiter.get();
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5), served);
    }

    @Test
    @DisplayName("C5: a try is refused while somebody waits, also in a mode that would fit the holders")
    final void shouldNotOvertakeByTrying() throws Exception {
        for (Locker locker : List.of(here, there)) {
            LockHandle holder = there.acquire(shared());
            Future<LockHandle> writer = threads.submit(() -> here.acquire(request()));

            waitFor(() -> !locker.tryWithLock(shared(), () -> null));
            for (int i = 0; i < 20; i++) {
                assertTrue(locker.tryAcquire(shared()).isEmpty(), "somebody waits");
            }

            holder.release();
            writer.get().release();
            becomesFree(request());
        }
    }

    @Test
    @DisplayName("C5: an exclusive acquirer gets its turn amid shared ones that overlap without end")
    final void shouldNotStarveExclusiveAcquirer() throws Exception {
        for (Locker locker : List.of(here, there)) {
            AtomicBoolean enough = new AtomicBoolean();
            LockHandle first = locker.acquire(shared());
            Future<?> readers = threads.submit(() -> overlap(locker, first, enough));

            here.acquire(request(), Duration.ofSeconds(10)).release();

            enough.set(true);
            readers.get();
            becomesFree(request());
        }
    }

    /** Holds the lock all the time, by handles that overlap, unless a new one has to wait behind an exclusive one. */
    private Void overlap(Locker locker, LockHandle first, AtomicBoolean enough) throws InterruptedException {
        LockHandle current = first;
        while (!enough.get()) {
            LockHandle next = null;
            try {
                next = locker.acquire(shared(), SHORT);
            } catch (LockNotAcquiredException e) {
                assertTrue(current.isHeld(), "refused because of the exclusive one");
            }
            current.release();
            current = next == null ? locker.acquire(shared()) : next;
        }
        current.release();
        return null;
    }

    @Test
    @DisplayName("C5: a shared try beside shared holders is granted, whatever other shared acquires are on their way")
    final void shouldGrantSharedTriesBesideSharedAcquires() throws Exception {
        LockHandle holder = here.acquire(shared());
        AtomicBoolean enough = new AtomicBoolean();
        List<Future<?>> others = new ArrayList<>();
        for (Locker locker : List.of(here, there, here, there)) {
            others.add(threads.submit(() -> {
                while (!enough.get()) {
                    locker.acquire(shared()).release();
                }
                return null;
            }));
        }

        for (int i = 0; i < 100; i++) {
            here.tryAcquire(shared()).orElseThrow().release();
            there.tryAcquire(shared()).orElseThrow().release();
        }

        enough.set(true);
        for (Future<?> other : others) {
            other.get();
        }
        holder.release();
        becomesFree(request());
    }

    @Test
    @DisplayName("C5: shared acquirers that wait behind an exclusive holder are granted together")
    final void shouldGrantSharedWaitersTogether() throws Exception {
        LockHandle exclusive = there.acquire(request());
        List<Future<LockHandle>> waiters = List.of(
                waiting(() -> here.acquire(shared())),
                waiting(() -> here.acquire(shared())),
                waiting(() -> there.acquire(shared())));

        exclusive.release();

        List<LockHandle> granted = new ArrayList<>();
        for (Future<LockHandle> waiter : waiters) {
            granted.add(waiter.get(10, TimeUnit.SECONDS));
        }
        assertTrue(granted.stream().allMatch(LockHandle::isHeld));
        assertTrue(here.tryAcquire(request()).isEmpty(), "an exclusive one does not fit");
        granted.forEach(LockHandle::release);
        becomesFree(request());
    }

    @Test
    @DisplayName("C20: an enforced ttl that passes frees the lock for a waiter, and the handle shows it before that")
    final void shouldFreeEnforcedLock() throws Exception {
        Duration ttl = Duration.ofSeconds(1);
        long start = System.nanoTime();
        LockHandle handle = here.acquire(request().enforcedTtl(ttl));

        LockHandle next = there.acquire(request());

        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(waited.compareTo(ttl) >= 0, "not before the ttl has passed: " + waited);
        assertFalse(handle.isHeld());
        assertThrows(LockNotHeldException.class, () -> handle.refresh(ttl));
        handle.close();
        assertTrue(here.tryAcquire(request()).isEmpty(), "the next holder keeps the lock");
        next.release();
        becomesFree(request());
    }

    @Test
    @DisplayName("C20: an enforced ttl that passes frees the lock for the same locker, too, whatever its holder does")
    final void shouldFreeEnforcedLockForSameLocker() throws Exception {
        LockHandle hanging = here.acquire(request().enforcedTtl(SHORT));
        AtomicReference<LockHandle> next = new AtomicReference<>();

        waitFor(() -> {
            next.set(here.tryAcquire(request()).orElse(null));
            return next.get() != null;
        });

        staysLapsed(hanging);
        assertTrue(next.get().isHeld());
        assertTrue(here.tryAcquire(request()).isEmpty(), "the next holder keeps the lock");
        assertTrue(there.tryAcquire(request()).isEmpty(), "the next holder keeps the lock");
        next.get().release();
        becomesFree(request());
        here.close();
        assertEquals(LockState.LAPSED, hanging.state(), "also when the locker is closed");
    }

    @Test
    @DisplayName("C20: a waiter of the same locker gets an enforced lock when the ttl has passed")
    final void shouldServeSameLockerWhenEnforcedTtlPasses() throws Exception {
        Duration ttl = Duration.ofSeconds(1);
        for (LockRequest waiting : List.of(request(), shared())) {
            long start = System.nanoTime();
            LockHandle hanging = here.acquire(request().enforcedTtl(ttl));

            LockHandle next = here.acquire(waiting);

            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(waited.compareTo(ttl) >= 0, "not before the ttl has passed: " + waited);
            assertTrue(waited.compareTo(ttl.plusSeconds(5)) < 0, "soon after it: " + waited);
            staysLapsed(hanging);
            assertTrue(there.tryAcquire(request()).isEmpty(), "the next holder keeps the lock");
            next.release();
            becomesFree(request());
        }
    }

    /** Asserts that the handle is lapsed, and remains so whatever is called. */
    private static void staysLapsed(LockHandle handle) {
        assertAll(
                () -> assertEquals(LockState.LAPSED, handle.state()),
                () -> assertDoesNotThrow(handle::close),
                () -> assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG)),
                () -> assertThrows(LockNotHeldException.class, handle::release),
                () -> assertDoesNotThrow(handle::close),
                () -> assertEquals(LockState.LAPSED, handle.state()));
    }

    @Test
    @DisplayName("C20: listeners are notified once, in time, that an enforced ttl has passed, and of no other end")
    final void shouldReportEnforcedLapseInTime() throws Exception {
        EventRecord record = new EventRecord();
        Locker observed = observedBy(record.listener());
        LockHandle hanging = observed.acquire(request().enforcedTtl(SHORT));

        waitFor(() -> record.ends().contains("lapsed"));

        staysLapsed(hanging);
        observed.close();
        sleep(SHORT);
        assertEquals(List.of("lapsed"), record.ends());
        becomesFree(request());
    }

    @Test
    @DisplayName("C12, C20: an enforced lock that lapsed is not reported as lost, however its handle ends")
    final void shouldNotReportEnforcedLapseAsLoss() throws Exception {
        List<String> reported = new CopyOnWriteArrayList<>();
        List<LockHandle> handles = new ArrayList<>();
        for (String end : List.of("close", "release", "refresh")) {
            LockHandle handle = here.acquire(LockRequest.of(key + end).enforcedTtl(SHORT));
            handle.onLost(() -> reported.add(end));
            handles.add(handle);
        }
        for (LockHandle handle : handles) {
            there.acquire(LockRequest.of(handle.key()), LONG).release();
        }

        handles.get(0).close();
        assertThrows(LockNotHeldException.class, () -> handles.get(1).release());
        assertThrows(LockNotHeldException.class, () -> handles.get(2).refresh(LONG));

        sleep(SHORT);
        assertEquals(List.of(), reported);
    }

    @Test
    @DisplayName("C20: an enforced lock that is refreshed is kept beyond its first ttl")
    final void shouldKeepRefreshedEnforcedLock() throws Exception {
        Duration ttl = Duration.ofSeconds(2);
        LockHandle handle = here.acquire(request().enforcedTtl(ttl));

        handle.refresh(LONG);

        Future<LockHandle> waiter = threads.submit(() -> there.acquire(request()));
        sleep(ttl.plus(SHORT));
        assertEquals(LockState.HELD, handle.state());
        assertFalse(waiter.isDone());
        handle.release();
        waiter.get().release();
    }

    /** Starts work, and returns when its thread waits, which should be for the lock. */
    private <T> Future<T> waiting(Work<T> work) throws InterruptedException {
        AtomicReference<Thread> thread = new AtomicReference<>();
        Future<T> future = threads.submit(() -> {
            thread.set(Thread.currentThread());
            return work.run();
        });
        waitFor(() -> thread.get() != null
                && List.of(Thread.State.WAITING, Thread.State.TIMED_WAITING)
                        .contains(thread.get().getState()));
        stillWaiting(future);
        return future;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws InterruptedException;
    }
}
