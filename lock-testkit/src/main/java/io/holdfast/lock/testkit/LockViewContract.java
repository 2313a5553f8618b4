// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.Locker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests of locks that are used as a {@link Lock}. */
@SuppressWarnings("NullAway")
abstract class LockViewContract extends SeveralLocksContract {

    private boolean isHeldSomewhere() throws InterruptedException {
        return there.tryAcquire(request())
                .map(handle -> {
                    handle.release();
                    return false;
                })
                .orElse(true);
    }

    @Test
    @DisplayName("a lock view is re-entrant for its thread, and free after as many unlocks as locks")
    final void shouldBeReentrant() throws InterruptedException {
        Lock lock = here.asLock(request());
        assertFalse(isHeldSomewhere(), "nothing is acquired by the view itself");

        lock.lock();
        lock.lockInterruptibly();
        assertTrue(lock.tryLock());
        assertTrue(lock.tryLock(1, TimeUnit.SECONDS));
        for (int i = 0; i < 4; i++) {
            assertTrue(isHeldSomewhere());
            lock.unlock();
        }

        assertFalse(isHeldSomewhere());
        lock.lock();
        assertTrue(isHeldSomewhere(), "usable again");
        lock.unlock();
    }

    @Test
    @DisplayName("C3a: a lock view does not re-enter a lock whose ttl has passed")
    final void shouldNotReenterLapsedLock() throws Exception {
        Lock lock = here.asLock(request().enforcedTtl(SHORT));
        lock.lock();
        becomesFree(request());
        LockHandle other = there.acquire(request());

        assertAll(
                () -> assertThrows(LockNotHeldException.class, lock::lock),
                () -> assertThrows(LockNotHeldException.class, lock::lockInterruptibly),
                () -> assertThrows(LockNotHeldException.class, lock::tryLock),
                () -> assertThrows(LockNotHeldException.class, () -> lock.tryLock(1, TimeUnit.SECONDS)),
                () -> assertThrows(LockNotHeldException.class, lock::unlock),
                () -> assertThrows(IllegalMonitorStateException.class, lock::unlock, "none of them counted"));
        other.release();
    }

    @Test
    @DisplayName("C6: a lock view cannot be fenced, since nobody could read the token")
    final void shouldRefuseFencedView() throws InterruptedException {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> here.asLock(request().fenced(true)))
                .getMessage();

        assertTrue(message.contains(key) && message.contains("fenc"), message);
        assertFalse(isHeldSomewhere());
    }

    @Test
    @DisplayName("a lock view is bound to its thread, and has no conditions")
    final void shouldBeBoundToThread() throws Exception {
        Lock lock = here.asLock(request());
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        lock.lock();

        assertAll(
                () -> failsWith(IllegalMonitorStateException.class, threads.submit(lock::unlock)),
                () -> assertFalse(onAnotherThread(() -> lock.tryLock())),
                () -> assertFalse(onAnotherThread(() -> lock.tryLock(10, TimeUnit.MILLISECONDS))),
                () -> assertFalse(here.asLock(request()).tryLock(), "another view of the key is a stranger"),
                () -> assertThrows(UnsupportedOperationException.class, lock::newCondition));

        assertTrue(isHeldSomewhere());
        lock.unlock();
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        assertFalse(isHeldSomewhere());
    }

    @Test
    @DisplayName("C1: threads exclude each other by views, of one locker and of another")
    final void shouldExcludeByViews() throws Exception {
        int[] counter = {0};
        Lock one = here.asLock(request());
        List<Future<?>> work = new ArrayList<>();
        for (Lock lock : List.of(one, one, here.asLock(request()), there.asLock(request()))) {
            work.add(threads.submit(() -> {
                for (int round = 0; round < 25; round++) {
                    lock.lock();
                    int read = counter[0];
                    Thread.yield();
                    counter[0] = read + 1;
                    lock.unlock();
                }
            }));
        }

        for (Future<?> each : work) {
            each.get();
        }

        assertEquals(100, counter[0]);
    }

    @Test
    @DisplayName("tryLock returns false while another caller holds the lock, at once or after its time")
    final void shouldTryLock() throws Exception {
        Lock lock = here.asLock(request());
        for (Locker locker : List.of(here, there)) {
            LockHandle holder = locker.acquire(request());
            long start = System.nanoTime();
            assertFalse(lock.tryLock());
            assertFalse(lock.tryLock(-1, TimeUnit.DAYS));
            assertFalse(lock.tryLock(SHORT.toMillis(), TimeUnit.MILLISECONDS));
            assertTrue(System.nanoTime() - start >= SHORT.toNanos(), "waited as long as asked");
            Future<Boolean> waiter = threads.submit(() -> {
                boolean locked = lock.tryLock(Long.MAX_VALUE, TimeUnit.DAYS);
                lock.unlock();
                return locked;
            });
            stillWaiting(waiter);

            holder.release();

            assertTrue(waiter.get(10, TimeUnit.SECONDS));
        }
        assertTrue(
                onAnotherThread(() -> {
                    Thread.currentThread().interrupt();
                    boolean locked = lock.tryLock();
                    lock.unlock();
                    return locked && Thread.interrupted();
                }),
                "an interrupted thread gets a lock that is free, and stays interrupted");
    }

    @Test
    @DisplayName("lock is not interruptible, and keeps the interrupt flag")
    final void shouldLockUninterruptibly() throws Exception {
        Lock lock = here.asLock(request());
        LockHandle holder = there.acquire(request());
        AtomicReference<Thread> waiting = new AtomicReference<>();
        Future<Boolean> waiter = threads.submit(() -> {
            waiting.set(Thread.currentThread());
            lock.lock();
            boolean flag = Thread.interrupted();
            lock.unlock();
            return flag;
        });
        stillWaiting(waiter);
        waiting.get().interrupt();
        stillWaiting(waiter);

        holder.release();

        assertTrue(waiter.get(10, TimeUnit.SECONDS), "the interrupt flag is kept");
        assertFalse(isHeldSomewhere());
    }

    @Test
    @DisplayName("C5: lockInterruptibly and tryLock with a time are interruptible, and leave nothing behind")
    final void shouldLockInterruptibly() throws Exception {
        Lock lock = here.asLock(request());
        LockHandle holder = there.acquire(request());
        List<Callable<?>> interruptibles = List.of(
                () -> {
                    lock.lockInterruptibly();
                    return null;
                },
                () -> lock.tryLock(1, TimeUnit.DAYS));
        for (Callable<?> interruptible : interruptibles) {
            AtomicReference<Thread> waiting = new AtomicReference<>();
            Future<?> waiter = threads.submit(() -> {
                waiting.set(Thread.currentThread());
                return interruptible.call();
            });
            stillWaiting(waiter);

            waiting.get().interrupt();

            failsWith(InterruptedException.class, waiter);
        }
        holder.release();
        lock.lock();
        lock.unlock();
        becomesFree(request());
    }

    @Test
    @DisplayName("unlock reports that the lock had lapsed, and the view is usable again")
    final void shouldReportLapseOnUnlock() throws InterruptedException {
        Lock lock = here.asLock(request().ttl(SHORT));
        lock.lock();
        sleep(SHORT.multipliedBy(2));

        assertThrows(LockNotHeldException.class, lock::unlock);

        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        assertFalse(isHeldSomewhere());
        lock.lock();
        lock.unlock();
    }

    @Test
    @DisplayName("C19: a view of a closed locker refuses to lock")
    final void shouldRefuseViewOfClosedLocker() {
        Lock lock = here.asLock(request());
        here.close();

        assertAll(
                () -> assertThrows(IllegalStateException.class, lock::lock),
                () -> assertThrows(IllegalStateException.class, lock::lockInterruptibly),
                () -> assertThrows(IllegalStateException.class, lock::tryLock),
                () -> assertThrows(IllegalStateException.class, () -> lock.tryLock(1, TimeUnit.SECONDS)),
                () -> assertThrows(IllegalMonitorStateException.class, lock::unlock));
    }
}
