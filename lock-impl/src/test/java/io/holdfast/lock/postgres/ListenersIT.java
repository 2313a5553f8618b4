// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The notifications that listeners receive about attempts that end in different ways. */
class ListenersIT extends LockerTest {

    private final Attempts noted = new Attempts("began", "ended", "acquired", "contended", "timed out");
    private final List<String> events = noted.told;
    private final PostgresLocker locker = new PostgresLocker(CONFIG, ConnectionSource.of(pool), List.of(noted));

    @Test
    @DisplayName("a granted attempt, a refused try and a wait that times out are reported as different events")
    void shouldTellOutcomesApart() throws InterruptedException {
        try (locker;
                LockHandle held = locker.acquire(request)) {
            assertTrue(locker.tryAcquire(request).isEmpty());
            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, Duration.ofMillis(100)));
            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, LockRequest.IMMEDIATE));
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
    @DisplayName("all events of an attempt and its lock have the same attempt; the first one is on the caller's thread")
    void shouldTieTogether() throws Exception {
        Attempts attempts = new Attempts();
        try (PostgresLocker tied = new PostgresLocker(CONFIG, ConnectionSource.of(pool), List.of(attempts))) {
            CompletableFuture<LockHandle> granted;
            try (LockHandle held = elsewhere().acquire(request)) {
                granted = tied.acquireAsync(request);
                Server.eventually("queued", () -> attempts.told.contains("queued"));
                assertTrue(held.isHeld());
            }
            LockHandle handle = granted.get(1, TimeUnit.MINUTES);
            handle.refresh(Duration.ofSeconds(30));
            handle.close();
        }

        assertEquals(
                List.of("began", "queued", "acquired", "ended", "refreshed", "releasing", "released"), attempts.told);
        assertEquals(1, attempts.all.size());
        LockAttempt attempt = attempts.all.iterator().next();
        assertEquals(locker.lockId(key), attempt.lockId());
        assertEquals(CONFIG.waitAtMost(), attempt.waitAtMost());
        assertEquals(Thread.currentThread(), attempts.beganOn);
        locker.close();
    }

    @Test
    @DisplayName("a lock that is released after its ttl is reported as lapsed, and a refresh of it as failed")
    void shouldTellLapse() throws Exception {
        Attempts attempts = new Attempts();
        try (locker;
                PostgresLocker tied = new PostgresLocker(CONFIG, ConnectionSource.of(pool), List.of(attempts))) {
            LockHandle handle = tied.acquire(request.ttl(Duration.ofMillis(1)));
            Server.eventually("lapsed", () -> handle.state() == LockState.LAPSED);
            assertThrows(LockNotHeldException.class, () -> handle.refresh(Duration.ofSeconds(30)));
        }

        assertEquals(List.of("began", "acquired", "ended", "releasing", "lapsed", "refresh failed"), attempts.told);
        assertEquals(1, attempts.all.size());
    }

    private static final class Attempts implements LockListener {

        private final List<String> told = new CopyOnWriteArrayList<>();
        private final Set<LockAttempt> all = ConcurrentHashMap.newKeySet();
        private final Set<String> noted;
        private volatile Thread beganOn;

        /** Of all events if none is named. */
        Attempts(String... noted) {
            this.noted = Set.of(noted);
        }

        private void tell(LockAttempt attempt, String what) {
            all.add(attempt);
            if (noted.isEmpty() || noted.contains(what)) {
                told.add(what);
            }
        }

        @Override
        public void waitBegan(LockAttempt attempt) {
            beganOn = Thread.currentThread();
            tell(attempt, "began");
        }

        @Override
        public void queued(LockAttempt attempt) {
            tell(attempt, "queued");
        }

        @Override
        public void waitEnded(LockAttempt attempt) {
            tell(attempt, "ended");
        }

        @Override
        public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
            tell(attempt, "acquired");
        }

        @Override
        public void contended(LockAttempt attempt, Duration waited) {
            tell(attempt, "contended");
        }

        @Override
        public void timedOut(LockAttempt attempt, Duration waited) {
            tell(attempt, "timed out");
        }

        @Override
        public void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {
            tell(attempt, "refreshed");
        }

        @Override
        public void refreshFailed(LockAttempt attempt, LockHandle handle, RuntimeException failure, Duration took) {
            tell(attempt, "refresh failed");
        }

        @Override
        public void releaseBegan(LockAttempt attempt, LockHandle handle) {
            tell(attempt, "releasing");
        }

        @Override
        public void released(LockAttempt attempt, LockHandle handle, Duration held) {
            tell(attempt, "released");
        }

        @Override
        public void lapsed(LockAttempt attempt, LockHandle handle, Duration held) {
            tell(attempt, "lapsed");
        }
    }

    @Test
    @DisplayName("the end of a wait is also reported if it is interrupted, canceled, or ended by closing the locker")
    void shouldTellEndsWithoutOutcome() throws Exception {
        try (LockHandle held = elsewhere().acquire(request)) {
            Future<?> interrupted = threads.submit(() -> locker.acquire(request));
            Server.eventually("waits", () -> events.equals(List.of("began")));
            interrupted.cancel(true);
            Server.eventually("ended", () -> events.equals(List.of("began", "ended")));

            CompletableFuture<LockHandle> canceled = locker.acquireAsync(request);
            assertEquals(List.of("began", "ended", "began"), events);
            canceled.cancel(false);
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
