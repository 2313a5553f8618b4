// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.OrderBean;
import io.holdfast.lock.it.beans.OrderBean.Attempt;
import io.holdfast.lock.it.beans.OrderEjb;
import io.holdfast.lock.it.beans.RetryingBean;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What encloses what, as the table in docs/locked.md says; on a server with MicroProfile Fault Tolerance. */
@ArquillianTest
public class LockedOrderIT extends ServerTest {

    @Inject
    private OrderBean bean;

    @Inject
    private OrderEjb ejb;

    @Inject
    private RetryingBean retrying;

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(LockedOrderIT.class, Map.of(), OrderBean.class, OrderEjb.class, RetryingBean.class);
    }

    @Test
    @DisplayName("retries of the method itself run under one lock and in one transaction")
    void shouldEncloseRetries() {
        for (Consumer<List<Attempt>> method : List.<Consumer<List<Attempt>>>of(bean::retried, ejb::retried)) {
            List<Attempt> attempts = new ArrayList<>();

            method.accept(attempts);

            assertEquals(OrderBean.ATTEMPTS, attempts.size());
            assertEquals(1, attempts.stream().distinct().count(), attempts::toString);
            assertNotNull(attempts.get(0).transaction());
        }
    }

    @Test
    @DisplayName("each retry by a caller acquires the lock again and begins a new transaction")
    void shouldBeEnclosedByRetriesOfCallers() {
        for (Consumer<List<Attempt>> method : List.<Consumer<List<Attempt>>>of(bean::once, ejb::once)) {
            List<Attempt> attempts = new ArrayList<>();

            retrying.retry(() -> method.accept(attempts));

            assertEquals(OrderBean.ATTEMPTS, attempts.size());
            assertEquals(
                    OrderBean.ATTEMPTS,
                    attempts.stream().map(Attempt::grant).distinct().count(),
                    attempts::toString);
            assertEquals(
                    OrderBean.ATTEMPTS,
                    attempts.stream().map(Attempt::transaction).distinct().count(),
                    attempts::toString);
        }
    }

    @Test
    @DisplayName("@Timeout limits how long the method runs under its lock, but not the wait for the lock")
    void shouldNotLimitWait() throws Exception {
        RuntimeException late = assertThrows(RuntimeException.class, () -> bean.timed(10_000));
        assertEquals("TimeoutException", late.getClass().getSimpleName());
        assertFalse(Thread.interrupted());

        CountDownLatch started = new CountDownLatch(1);
        long startNanos = System.nanoTime();
        Future<String> waiting;
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.SHARED))) {
            waiting = executor.submit(() -> {
                started.countDown();
                return bean.timed(0);
            });
            assertTrue(started.await(20, TimeUnit.SECONDS));
            PgLocks.letPass(Duration.ofSeconds(1));
            assertTrue(handle.isHeld());
        }
        assertEquals("in time", waiting.get());
        assertTrue(System.nanoTime() - startNanos > TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    @DisplayName("@Fallback runs under the lock; it does not run if the lock is not granted")
    void shouldEncloseFallback() throws InterruptedException {
        assertEquals("fell back under " + Keys.SHARED, bean.withFallback(true));
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.SHARED))) {
            assertThrows(LockNotAcquiredException.class, () -> bean.withFallback(false));
            assertTrue(handle.isHeld());
        }
    }

    @Test
    @DisplayName("C23: with Fault Tolerance's @Asynchronous, the lock covers the work on the other thread")
    void shouldCoverAsynchronousWork() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        CompletionStage<Object> told = bean.elsewhere(() -> {
            assertTrue(go.await(20, TimeUnit.SECONDS));
            return caller != Thread.currentThread();
        });
        assertEquals(1, holders());

        go.countDown();

        assertEquals(true, told.toCompletableFuture().get(20, TimeUnit.SECONDS));
    }
}
