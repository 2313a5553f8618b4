// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Provides two lockers that share nothing but the locks, and a key of its own for every test. Every test has its own
 * thread, so that it fails in time even if a faulty locker waits indefinitely and ignores an interrupt.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway")
abstract class ContractFixture {

    static final Duration SHORT = Duration.ofMillis(200);
    static final Duration LONG = Duration.ofSeconds(30);

    final ExecutorService threads = Executors.newCachedThreadPool();
    final String key = "contract/" + UUID.randomUUID();
    Locker here;
    Locker there;

    private final List<Locker> opened = new ArrayList<>();

    abstract Locker openLocker(LockListener... listeners);

    @BeforeEach
    final void open() {
        here = another();
        there = another();
    }

    @AfterEach
    final void close() throws InterruptedException {
        opened.forEach(Locker::close);
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS), "every thread of the test ends");
    }

    private Locker another() {
        return closedAfterwards(openLocker());
    }

    /** Opens a third locker, which notifies this listener. */
    final Locker observedBy(LockListener listener) {
        return closedAfterwards(openLocker(listener));
    }

    private Locker closedAfterwards(Locker locker) {
        opened.add(locker);
        return locker;
    }

    final LockRequest request() {
        return LockRequest.of(key);
    }

    final LockRequest shared() {
        return request().mode(LockMode.SHARED);
    }

    final <T> T onAnotherThread(Callable<T> work) throws Exception {
        return threads.submit(work).get();
    }

    /** Asserts that nobody holds the lock or waits for it, now or soon if the lock is freed by another thread. */
    final void becomesFree(LockRequest request) throws InterruptedException {
        waitFor(() -> there.tryWithLock(request.mode(LockMode.EXCLUSIVE), () -> null));
    }

    static void stillWaiting(Future<?> waiter) {
        assertThrows(
                TimeoutException.class,
                () -> waiter.get(SHORT.toMillis(), TimeUnit.MILLISECONDS),
                "it waits while somebody else holds the lock");
    }

    static void failsWith(Class<? extends Exception> type, Future<?> future) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
        assertSame(type, failed.getCause().getClass());
    }

    static Void sleep(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        return null;
    }

    /** A question that is repeated until the answer is yes. */
    @FunctionalInterface
    interface Question {
        boolean ask() throws InterruptedException;
    }

    static void waitFor(Question question) throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!question.ask()) {
            assertTrue(System.nanoTime() - end < 0, "in time");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
