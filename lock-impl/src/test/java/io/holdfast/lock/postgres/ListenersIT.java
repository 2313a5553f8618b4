// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What listeners are told of attempts that end in different ways. */
class ListenersIT extends LockerTest {

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final PostgresLocker locker =
            new PostgresLocker(CONFIG, ConnectionSource.of(pool), List.of(new LockListener() {
                @Override
                public void waitBegan(LockRequest request) {
                    events.add("began");
                }

                @Override
                public void waitEnded(LockRequest request) {
                    events.add("ended");
                }

                @Override
                public void acquired(LockHandle handle, Duration waited) {
                    events.add("acquired");
                }

                @Override
                public void contended(LockRequest request, Duration waited) {
                    events.add("contended");
                }

                @Override
                public void timedOut(LockRequest request, Duration waited) {
                    events.add("timed out");
                }
            }));

    @Test
    @DisplayName("a granted attempt, a try and a wait in vain are told each in its way")
    void shouldTellOutcomesApart() throws InterruptedException {
        LockRequest shortly = request.waitAtMost(Duration.ofMillis(100));
        try (locker;
                LockHandle held = locker.acquire(request)) {
            assertTrue(locker.tryAcquire(request).isEmpty());
            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(shortly));
            assertThrows(
                    LockNotAcquiredException.class, () -> locker.acquire(request.waitAtMost(LockRequest.IMMEDIATE)));
            assertTrue(held.isHeld());
        }

        assertEquals(
                List.of(
                        "began",
                        "acquired",
                        "ended",
                        "began",
                        "contended",
                        "ended",
                        "began",
                        "timed out",
                        "ended",
                        "began",
                        "contended",
                        "ended"),
                events);
    }

    @Test
    @DisplayName("the end of a wait is told also to one that is interrupted, cancelled, or ended by the closing")
    void shouldTellEndsWithoutOutcome() throws Exception {
        try (LockHandle held = elsewhere().acquire(request)) {
            Future<?> interrupted = threads.submit(() -> locker.acquire(request));
            Server.eventually("waits", () -> events.equals(List.of("began")));
            interrupted.cancel(true);
            Server.eventually("ended", () -> events.equals(List.of("began", "ended")));

            CompletableFuture<LockHandle> cancelled = locker.acquireAsync(request);
            assertEquals(List.of("began", "ended", "began"), events);
            cancelled.cancel(false);
            assertEquals(List.of("began", "ended", "began", "ended"), events);

            CompletableFuture<LockHandle> refused = locker.acquireAsync(request);
            locker.close();
            Server.eventually("refused", refused::isDone);
            Server.eventually("told", () -> events.size() == 6);
            assertEquals(List.of("began", "ended"), events.subList(4, 6));
            assertTrue(held.isHeld());
        }
    }
}
