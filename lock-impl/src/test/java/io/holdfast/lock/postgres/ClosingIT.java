// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A locker closes though a connection does not come, or though its own code would wait for itself. */
@Timeout(60)
class ClosingIT extends HealthyLocksTest {

    private boolean isFree(LockHandle handle) {
        return server.isFree(LockId.of(CONFIG.namespace(), handle.key()));
    }

    @Test
    @DisplayName(
            "C19: a connection that does not arrive delays the closing of a locker without locks by only one second")
    void shouldCloseWhileConnecting() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        PostgresLocker locker = locker(CONFIG.closeTimeout(Duration.ofSeconds(10)), () -> {
            asked.countDown();
            // A join does not listen to interrupts.
            CompletableFuture.runAsync(() -> tellAndBlock(key), threads).join();
            return open();
        });
        CompletableFuture<LockHandle> future = locker.acquireAsync(request);
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        long start = System.nanoTime();

        locker.close();

        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofSeconds(2)) < 0, "took " + took);
        assertTrue(future.isCompletedExceptionally(), "it is refused");
        end.countDown();
        Server.eventually("the connection comes too late", () -> !opened.isEmpty());
        assertNoSessionIsLeft();
    }

    private static final Duration WELL_BEFORE_TIMEOUT = Duration.ofMillis(2500);

    /** How long it takes. */
    private static Duration close(PostgresLocker locker) {
        assertTrue(Thread.currentThread().getName().startsWith("holdfast-keeper-"), "on the locker's own thread");
        long start = System.nanoTime();
        locker.close();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private void assertClosedSoon(CompletableFuture<Duration> closing, List<LockHandle> handles) throws Exception {
        Duration took = closing.get(20, TimeUnit.SECONDS);

        assertTrue(took.compareTo(WELL_BEFORE_TIMEOUT) < 0, "took " + took);
        for (LockHandle handle : handles) {
            assertEquals(LockState.RELEASED, handle.state());
            Server.eventually("free", () -> isFree(handle));
        }
        assertNoSessionIsLeft();
    }

    @Test
    @DisplayName("C19: a locker that is closed by an action for a lost lock does not wait for that action")
    void shouldCloseFromAction() throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(HEALTHY.sessions(mode), this::open);
            LockHandle lost = locker.acquire(request.enforcedTtl(LONG));
            List<LockHandle> others = acquire(locker, 2);
            CompletableFuture<Duration> closing = new CompletableFuture<>();
            lost.onLost(() -> closing.completeAsync(() -> close(locker), Runnable::run));

            terminateHolders(List.of(lost));

            assertClosedSoon(closing, others);
        }
    }

    @Test
    @DisplayName("C19: a locker that is closed by a continuation of an asynchronous acquire does not wait for it")
    void shouldCloseFromContinuation() throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(HEALTHY.sessions(mode), this::open);
            LockHandle elsewhere = elsewhere().acquire(request);
            List<LockHandle> handles = acquire(locker, 2);
            CompletableFuture<Duration> closing = locker.acquireAsync(request).thenApply(handle -> {
                handles.add(handle);
                return close(locker);
            });

            elsewhere.release();

            assertClosedSoon(closing, handles);
        }
    }
}
