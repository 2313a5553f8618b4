// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests of acquiring without blocking. */
@SuppressWarnings("NullAway")
abstract class AsyncContract extends FencingContract {

    @Test
    @DisplayName("C5: an asynchronous acquire of a free lock is granted")
    final void shouldGrantAsynchronously() throws Exception {
        LockHandle handle = here.acquireAsync(request()).get(10, TimeUnit.SECONDS);

        assertTrue(handle.isHeld());
        assertTrue(there.tryAcquire(request()).isEmpty(), "refused to others");
        handle.release();
        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C5: an asynchronous acquire waits for the lock, and its future completes on another thread")
    final void shouldWaitAsynchronously() throws Exception {
        for (Locker locker : List.of(here, there)) {
            LockHandle holder = there.acquire(request());
            AtomicReference<Thread> completing = new AtomicReference<>();
            CompletableFuture<LockHandle> future = locker.acquireAsync(request());
            Future<?> seen = future.thenRun(() -> completing.set(Thread.currentThread()));
            stillWaiting(future);

            holder.release();

            seen.get(10, TimeUnit.SECONDS);
            assertFalse(completing.get() == Thread.currentThread(), "not the releasing thread");
            future.get().release();
        }
    }

    @Test
    @DisplayName("C6: a failed asynchronous acquire reports the reason, and leaves nothing behind")
    final void shouldFailAsynchronously() throws Exception {
        LockHandle holder = there.acquire(request());
        for (Locker locker : List.of(here, there)) {
            failsWith(LockNotAcquiredException.class, locker.acquireAsync(request(), SHORT));
            failsWith(LockNotAcquiredException.class, locker.acquireAsync(request(), LockRequest.IMMEDIATE));
        }
        assertThrows(NullPointerException.class, () -> here.acquireAsync(null));

        holder.release();

        there.tryAcquire(request()).orElseThrow().release();
    }

    @Test
    @DisplayName("C5: the end of an asynchronous wait is reported once, and before what depends on its future")
    final void shouldReportEndOfWaitBeforeItsOutcomeIsUsed() throws Exception {
        EventRecord record = new EventRecord();
        Locker observed = observedBy(record.listener());
        LockHandle holder = there.acquire(request());

        Future<List<String>> refused =
                observed.acquireAsync(request(), SHORT).handle((handle, failure) -> record.events());
        assertEquals(1, endsOfWait(refused.get(10, TimeUnit.SECONDS)), "before the timeout is reported");

        Future<List<String>> granted = observed.acquireAsync(request()).thenApply(handle -> {
            List<String> before = record.events();
            handle.release();
            return before;
        });
        stillWaiting(granted);
        CompletableFuture<LockHandle> canceled = observed.acquireAsync(request());
        canceled.cancel(true);
        waitFor(() -> endsOfWait(record.events()) == 2);
        holder.release();

        assertEquals(3, endsOfWait(granted.get(10, TimeUnit.SECONDS)), "before the grant is reported");
        becomesFree(request());
        assertEquals(3, endsOfWait(record.events()), "once for each");
    }

    private static int endsOfWait(List<String> events) {
        return Collections.frequency(events, "waitEnded");
    }

    @Test
    @DisplayName("C19: closing the locker ends its asynchronous acquires, and refuses further ones")
    final void shouldEndAsynchronousAcquiresOnClose() throws Exception {
        LockHandle elsewhere = there.acquire(request());
        CompletableFuture<LockHandle> first = here.acquireAsync(request());
        CompletableFuture<LockHandle> second = here.acquireAsync(request());
        stillWaiting(first);

        here.close();

        failsWith(IllegalStateException.class, first);
        failsWith(IllegalStateException.class, second);
        assertThrows(IllegalStateException.class, () -> here.acquireAsync(request()));
        elsewhere.release();
        becomesFree(request());
    }

    @Test
    @DisplayName("C5: a canceled asynchronous acquire leaves its place to those behind it, and leaves nothing behind")
    final void shouldCancelWaiting() throws Exception {
        LockHandle holder = there.acquire(shared());
        CompletableFuture<LockHandle> canceled = here.acquireAsync(request());
        stillWaiting(canceled);
        CompletableFuture<LockHandle> behind = here.acquireAsync(shared());
        stillWaiting(behind);

        assertTrue(canceled.cancel(true));

        LockHandle shared = behind.get(10, TimeUnit.SECONDS);
        assertTrue(holder.isHeld(), "no holder had to release for that");
        shared.release();
        holder.release();
        becomesFree(request());
    }

    @Test
    @DisplayName("C5: an asynchronous acquire that is granted while it is canceled ends one way or the other")
    final void shouldLeaveNothingWhenCancelRacesGrant() throws Exception {
        CyclicBarrier go = new CyclicBarrier(2);
        for (int round = 0; round < 300; round++) {
            LockHandle holder = there.acquire(request());
            CompletableFuture<LockHandle> future = here.acquireAsync(request());
            int delay = round % 30;
            Future<Boolean> canceler = threads.submit(() -> {
                go.await();
                // The delays are spread over the time that a grant takes, from microseconds to milliseconds.
                for (long end = System.nanoTime() + 5_000L * delay * delay; System.nanoTime() - end < 0; ) {
                    Thread.onSpinWait();
                }
                return future.cancel(true);
            });
            go.await();
            holder.release();

            if (!canceler.get()) {
                future.get().release();
            }
        }
        becomesFree(request());
    }

    @Test
    @DisplayName("C5: an asynchronous acquire that is canceled at once leaves nothing behind")
    final void shouldLeaveNothingWhenCanceledAtOnce() throws Exception {
        for (int round = 0; round < 50; round++) {
            CompletableFuture<LockHandle> future = here.acquireAsync(request());
            if (!future.cancel(true)) {
                future.get().release();
            }
        }
        becomesFree(request());
    }

    @Test
    @DisplayName("C1: asynchronous acquires exclude each other")
    final void shouldExcludeAsynchronously() throws Exception {
        int[] counter = {0};
        List<CompletableFuture<?>> work = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Locker locker = i % 2 == 0 ? here : there;
            work.add(locker.acquireAsync(request())
                    .thenAcceptAsync(
                            handle -> {
                                int read = counter[0];
                                Thread.yield();
                                counter[0] = read + 1;
                                handle.release();
                            },
                            threads));
        }

        for (CompletableFuture<?> each : work) {
            each.get();
        }

        assertTrue(counter[0] == 100, () -> "increments: " + counter[0]);
    }
}
