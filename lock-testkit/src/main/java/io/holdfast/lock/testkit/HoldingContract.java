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
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests of what a handle does, and of how it ends. */
@SuppressWarnings("NullAway")
abstract class HoldingContract extends WaitingContract {

    @Test
    @DisplayName("C10: a handle is used and released by a thread that did not acquire it")
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
    @DisplayName("a handle shows what was requested, and what a refresh changed")
    final void shouldDescribeItself() throws InterruptedException {
        LockHandle handle = here.acquire(request().ttl(LONG).name("kind"));
        assertAll(
                () -> assertEquals(key, handle.key()),
                () -> assertEquals("kind", handle.name()),
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
    @DisplayName("a refresh starts the ttl again")
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

    @Test
    @DisplayName("C12: no loss is reported of a lock that was released, has lapsed, or was closed with its locker")
    final void shouldNotReportLossAfterEnd() throws Exception {
        List<String> reported = new CopyOnWriteArrayList<>();
        LockHandle released = here.acquire(request());
        LockHandle lapsed = here.acquire(LockRequest.of(key + "/2").ttl(SHORT));
        LockHandle closed = here.acquire(LockRequest.of(key + "/3"));
        released.onLost(() -> reported.add("released"));
        lapsed.onLost(() -> reported.add("lapsed"));
        closed.onLost(() -> reported.add("closed"));

        released.release();
        released.onLost(() -> reported.add("released, afterwards"));
        sleep(SHORT.multipliedBy(2));
        assertThrows(LockNotHeldException.class, lapsed::release);
        lapsed.onLost(() -> reported.add("lapsed, afterwards"));
        here.close();
        sleep(SHORT);

        assertEquals(List.of(), reported);
        assertThrows(NullPointerException.class, () -> released.onLost(null));
    }

    @Test
    @DisplayName("C16: a second release throws LockNotHeldException, a second close does nothing")
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
        Future<LockHandle> waitingAtTheServer = threads.submit(() -> here.acquire(LockRequest.of(key + "/3"), LONG));
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

    @Test
    @DisplayName("C19: listeners are notified how each lock of a closed locker has ended")
    final void shouldReportReleasesOnClose() throws InterruptedException {
        EventRecord record = new EventRecord();
        Locker observed = observedBy(record.listener());
        observed.acquire(request());

        observed.close();

        waitFor(() -> record.ends().size() == 2);
        assertEquals(List.of("releaseBegan", "released"), record.ends());
    }

    @Test
    @DisplayName("C19: listeners are notified that a lock of a closed locker had lapsed")
    final void shouldReportLapseOnClose() throws InterruptedException {
        EventRecord record = new EventRecord();
        Locker observed = observedBy(record.listener());
        LockHandle lapsed = observed.acquire(request().ttl(SHORT));
        waitFor(() -> lapsed.state() == LockState.LAPSED);

        observed.close();

        waitFor(() -> record.ends().size() == 2);
        assertEquals(List.of("releaseBegan", "lapsed"), record.ends());
        becomesFree(request());
    }

    @Test
    @DisplayName("withLock holds the lock while the body runs, and passes its result and its exception unchanged")
    final void shouldRunBody() throws Exception {
        String result = here.withLock(request(), () -> {
            assertTrue(onAnotherThread(() -> there.tryAcquire(request()).isEmpty()), "held while the body runs");
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
    @DisplayName("a body with a parameter gets the handle of its lock: it can refresh it and read its token")
    final void shouldPassHandleToBody() throws Exception {
        LockRequest fenced = request().ttl(LONG).fenced(true);
        LockHandle inBody = here.withLock(fenced, handle -> {
            handle.refresh(LONG.plusSeconds(1));
            return handle;
        });
        assertEquals(LONG.plusSeconds(1), inBody.ttl());
        assertTrue(inBody.fencingToken().isPresent());
        assertEquals(LockState.RELEASED, inBody.state());

        AtomicReference<LockHandle> tried = new AtomicReference<>();
        assertTrue(here.tryWithLock(fenced, handle -> {
            assertTrue(handle.isHeld());
            return tried.getAndSet(handle);
        }));
        assertEquals(LockState.RELEASED, tried.get().state());
        there.withLock(request(), handle -> {
            assertFalse(onAnotherThread(() -> here.tryWithLock(request(), tried::getAndSet)));
            return null;
        });
        assertEquals(LockState.RELEASED, tried.get().state(), "the body did not run");
    }

    @Test
    @DisplayName("tryWithLock returns whether the body ran")
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
    @DisplayName("C25: that the lock of a body lapsed is reported, and does not hide its own exception")
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

    @Test
    @DisplayName("C16: listeners are notified of a release before others can get the lock")
    void shouldAnnounceReleaseFirst() throws InterruptedException {
        AtomicBoolean heard = new AtomicBoolean();
        AtomicBoolean free = new AtomicBoolean();
        Locker observed = observedBy(new LockListener() {
            @Override
            public void releaseBegan(LockAttempt attempt, LockHandle handle) {
                heard.set(true);
                try {
                    free.set(there.tryWithLock(request(), () -> null));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });

        observed.acquire(request()).release();

        assertTrue(heard.get());
        assertFalse(free.get(), "still held");
        becomesFree(request());
    }
}
