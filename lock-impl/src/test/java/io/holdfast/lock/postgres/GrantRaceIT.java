// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Giving up at the very moment of the grant, again and again. */
@Timeout(300)
class GrantRaceIT extends LockerTest {

    private static final int ROUNDS = 400;
    private static final int THREADS = 8;

    private enum GivingUp {
        TIME_OUT,
        INTERRUPT,
        CANCEL
    }

    private final AtomicInteger granted = new AtomicInteger();

    @ParameterizedTest(name = "C5: {0} against the grant, thousands of times, leaves no lock behind")
    @EnumSource
    void shouldLeaveNothingBehind(GivingUp kind) throws Exception {
        try (HikariDataSource own = Databases.pool(THREADS + 1);
                HikariDataSource others = Databases.pool(THREADS + 1)) {
            PostgresLocker locker = locker(CONFIG, ConnectionSource.of(own));
            PostgresLocker elsewhere = locker(CONFIG, ConnectionSource.of(others));
            onThreads((wanted, nanos) -> {
                LockHandle blocking = elsewhere.acquire(wanted);
                race(kind, locker, wanted, blocking, nanos);
                elsewhere.acquire(wanted, Duration.ofSeconds(10)).release();
            });
            locker.close();
            elsewhere.close();
            assertEquals(0, server.advisoryLocks());
            assertEquals(0, own.getHikariPoolMXBean().getActiveConnections());
        }
    }

    @ParameterizedTest(name = "C5, C16: {0} against a hand-over, thousands of times, leaves no lock behind")
    @EnumSource
    void shouldLeaveNothingOfHandOversBehind(GivingUp kind) throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            granted.set(0);
            try (HikariDataSource own = Databases.pool(THREADS + 1)) {
                PostgresLocker locker =
                        locker(CONFIG.sessions(mode).handOver(Duration.ofSeconds(1)), ConnectionSource.of(own));
                onThreads((wanted, nanos) -> {
                    LockHandle blocking = locker.acquire(wanted, Duration.ofSeconds(10));
                    CompletableFuture<?> ahead = nanos % 2 == 0
                            ? CompletableFuture.completedFuture(null)
                            : locker.acquireAsync(wanted).thenAccept(LockHandle::release);
                    race(kind, locker, wanted, blocking, nanos);
                    ahead.get(10, TimeUnit.SECONDS);
                    locker.acquire(wanted, Duration.ofSeconds(10)).release();
                });
                locker.close();
                assertEquals(0, server.advisoryLocks());
                assertEquals(0, own.getHikariPoolMXBean().getActiveConnections());
            }
        }
    }

    private interface Round {
        void run(LockRequest wanted, long nanos) throws Exception;
    }

    /** Each thread has a key of its own. */
    private void onThreads(Round round) throws Exception {
        List<Future<?>> work = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            LockRequest wanted = LockRequest.of(key + "/" + thread);
            Random random = new Random(thread);
            work.add(threads.submit(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    round.run(wanted, random.nextInt(2_000_000));
                }
                return null;
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }
        assertTrue(granted.get() > 0 && granted.get() < THREADS * ROUNDS, "both happened: " + granted);
    }

    private void race(GivingUp kind, PostgresLocker locker, LockRequest wanted, LockHandle blocking, long nanos) {
        switch (kind) {
            case TIME_OUT -> end(locker.acquireAsync(wanted, Duration.ofMillis(2)), blocking, nanos, () -> {});
            case CANCEL -> {
                CompletableFuture<LockHandle> future = locker.acquireAsync(wanted);
                end(future, blocking, nanos, () -> future.cancel(false));
            }
            case INTERRUPT -> {
                CompletableFuture<LockHandle> told = new CompletableFuture<>();
                Thread caller = new Thread(() -> {
                    try {
                        told.complete(locker.acquire(wanted));
                    } catch (InterruptedException | RuntimeException e) {
                        told.completeExceptionally(e);
                    }
                });
                caller.start();
                end(told, blocking, nanos, caller::interrupt);
            }
        }
    }

    /** Lets both happen at about the same time, now the one first and then the other. */
    private void end(CompletableFuture<LockHandle> future, LockHandle blocking, long nanos, Runnable givingUp) {
        LockSupport.parkNanos(nanos);
        Future<?> releasing = threads.submit(blocking::release);
        LockSupport.parkNanos(nanos / 4);
        givingUp.run();
        try {
            future.join().release();
            granted.incrementAndGet();
        } catch (CancellationException e) {
            assertTrue(future.isCancelled());
        } catch (CompletionException e) {
            assertTrue(
                    e.getCause() instanceof LockNotAcquiredException || e.getCause() instanceof InterruptedException,
                    e::toString);
        }
        assertEquals(
                null,
                CompletableFuture.supplyAsync(() -> get(releasing), threads).join());
    }

    private static Object get(Future<?> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
