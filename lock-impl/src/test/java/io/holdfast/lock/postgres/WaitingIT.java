// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Waits for locks, and what is left of those that end without the lock. */
@Timeout(60)
class WaitingIT extends RarelyCheckedTest {

    @Test
    @DisplayName("C5: a waiter is served when its turn comes, also after a longer wait than the connection timeout")
    void shouldServeWaiterAfterConnectionTimeout() throws Exception {
        PostgresLocker impatient = locker(
                CONFIG.connectionTimeout(BRIEF).answerTimeout(BRIEF),
                ConnectionSource.of(Databases.SHARED.dataSource()));
        List<LockHandle> holders = new ArrayList<>();
        List<Future<LockHandle>> waiters = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            LockRequest each = LockRequest.of(key + i);
            holders.add(impatient.acquire(each));
            waiters.add(impatient.acquireAsync(each));
        }
        Server.letPass(BRIEF.multipliedBy(2));

        for (int i = 0; i < 40; i++) {
            holders.get(i).release();
            waiters.get(i).get(10, TimeUnit.SECONDS).release();
        }
    }

    @ParameterizedTest(
            name = "C7: many waiting threads of one locker cost one connection, and do not block a release: {0}")
    @EnumSource
    void shouldSpendOneConnectionOnManyWaiters(LockMode mode) throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
        List<Future<?>> waiters = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiters.add(threads.submit(() -> {
                locker.acquire(request.mode(mode)).release();
                return null;
            }));
        }
        Server.eventually("one waits at the server", () -> server.locks(lockId).size() == 2);

        Server.letPass(BRIEF);
        assertEquals(2, server.locks(lockId).size(), "the holder and one waiter");
        assertEquals(2, pool.getHikariPoolMXBean().getActiveConnections(), "the other lock and one waiter");
        other.release();
        handle.release();

        for (Future<?> waiter : waiters) {
            waiter.get();
        }
    }

    @Test
    @DisplayName("C5: a wait of several slices gets the lock in the end, and a limited one ends in time")
    void shouldWaitInSlices() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        Server.letPass(Duration.ofSeconds(5));

        handle.release();

        waiter.get().release();
    }

    @Test
    @DisplayName("C5: ten thousand attempts that fail leave no lock, and no connection out of the pool")
    void shouldLeaveNothingBehindAfterManyFailures() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        List<Future<?>> work = new ArrayList<>();

        for (int thread = 0; thread < 4; thread++) {
            work.add(threads.submit(() -> {
                for (int i = 0; i < 2_500; i++) {
                    assertTrue(locker.tryAcquire(request).isEmpty());
                }
                return null;
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }

        assertEquals(1, server.locks(lockId).size(), "the holder's");
        handle.release();
        locker.tryAcquire(request).orElseThrow().release();
    }

    @Test
    @DisplayName("C5: a wait that times out or is interrupted just when it is granted leaves nothing behind")
    void shouldSurviveRacesBetweenGrantAndGivingUp() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        AtomicInteger granted = new AtomicInteger();
        for (int round = 0; round < 150; round++) {
            LockHandle handle = elsewhere.acquire(request);
            CountDownLatch started = new CountDownLatch(1);
            Thread[] thread = new Thread[1];
            Duration limit = round % 2 == 0 ? Duration.ofMillis(12) : LONG;
            Future<?> waiter = threads.submit(() -> {
                thread[0] = Thread.currentThread();
                started.countDown();
                try (LockHandle mine = locker.acquire(request, limit)) {
                    granted.incrementAndGet();
                    assertTrue(mine.isHeld());
                }
                return null;
            });
            started.await();
            Server.letPass(Duration.ofMillis(8 + round % 8));
            if (round % 2 == 1) {
                Future<?> interrupter = threads.submit(thread[0]::interrupt);
                handle.release();
                interrupter.get();
            } else {
                handle.release();
            }
            try {
                waiter.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                assertTrue(
                        cause instanceof InterruptedException || cause instanceof LockNotAcquiredException,
                        cause::toString);
            }
            Server.eventually("round " + round + " leaves nothing", () -> server.isFree(lockId));
        }
        assertTrue(granted.get() > 0, "some were granted");
        assertTrue(granted.get() < 150, "some were not");
    }

    @Test
    @DisplayName("C5, C7: giving up before a connection is there leaves no turn and no connection behind")
    void shouldSurviveEarlyInterrupts() throws Exception {
        for (int round = 0; round < 200; round++) {
            int delay = round % 20;
            Thread caller = new Thread(() -> {
                try {
                    locker.acquire(request).close();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            caller.start();
            LockSupport.parkNanos(delay * 20_000L);
            caller.interrupt();
            caller.join();
        }
        locker.acquire(request, Duration.ofSeconds(5)).release();
        assertEquals(
                Collections.frequency(listener.events(), "acquired"),
                Collections.frequency(listener.events(), "released"),
                "listeners hear of both or of neither");
    }
}
