// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.it.beans.AsynchronousBean;
import io.holdfast.lock.it.beans.AsynchronousEjb;
import io.holdfast.lock.it.beans.Keys;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code @Locked} methods whose work goes on when they have returned. */
@ArquillianTest
public class LockedAsyncIT extends ServerTest {

    @Inject
    private AsynchronousBean bean;

    @Inject
    private AsynchronousEjb ejb;

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(
                LockedAsyncIT.class,
                Map.of("holdfast.check-interval", "200ms"),
                AsynchronousBean.class,
                AsynchronousEjb.class);
    }

    @Test
    @DisplayName("C23: a method that returns a CompletionStage keeps its lock until the stage completes")
    void shouldHoldUntilStageCompletes() throws Exception {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletionStage<String> told = bean.stage(work);
        assertEquals(1, holders());
        assertThrows(LockNotAcquiredException.class, () -> bean.stage(new CompletableFuture<>()), "no re-entry");

        work.complete("done");

        assertEquals("done", told.toCompletableFuture().get(10, TimeUnit.SECONDS));
        assertEquals(0, holders(), "free when the caller is notified");
    }

    @Test
    @DisplayName("C23, C25: a stage that fails releases the lock, and its exception passes through unchanged")
    void shouldHoldUntilStageFails() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> told = bean.future(work);
        Exception mine = new Exception("mine");

        work.completeExceptionally(mine);

        assertSame(
                mine,
                assertThrows(ExecutionException.class, () -> told.get(10, TimeUnit.SECONDS))
                        .getCause());
        assertEquals(0, holders());
    }

    @Test
    @DisplayName("C23: canceling the future cancels the work and releases the lock")
    void shouldPassCancellation() {
        CompletableFuture<String> work = new CompletableFuture<>();

        bean.future(work).cancel(true);

        assertTrue(work.isCancelled());
        assertEquals(0, holders());
    }

    @Test
    @DisplayName(
            "C23: if the lock is lost before the stage completes, the caller's stage fails with LockNotHeldException")
    void shouldTellLoss() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> told = bean.future(work);
        PgLocks.endSessionOf(locker.lockId(Keys.SHARED));

        work.complete("done");

        Throwable failure = assertThrows(ExecutionException.class, () -> told.get(10, TimeUnit.SECONDS))
                .getCause();
        assertInstanceOf(LockNotHeldException.class, failure);
    }

    @Test
    @DisplayName(
            "C22, C23: in a transaction, the lock is kept until the transaction has ended and the stage has completed")
    void shouldHoldUntilLaterOfTransactionAndStage() throws Exception {
        for (boolean transactionFirst : new boolean[] {true, false}) {
            CompletableFuture<String> work = new CompletableFuture<>();
            transaction.begin();
            CompletableFuture<String> told = bean.future(work);
            if (transactionFirst) {
                transaction.commit();
            } else {
                work.complete("done");
                told.get(10, TimeUnit.SECONDS);
            }
            assertEquals(1, holders(), "kept by the other one");
            if (transactionFirst) {
                work.complete("done");
            } else {
                transaction.commit();
            }
            PgLocks.eventually("free", () -> holders() == 0);
        }
    }

    @Test
    @DisplayName("C23: the stage of an inner call keeps the lock that it shares with the outer call, even after the"
            + " outer call has ended")
    void shouldHoldUntilStageOfInnerCallCompletes() throws Exception {
        CompletableFuture<String> work = new CompletableFuture<>();
        AtomicReference<CompletableFuture<String>> told = new AtomicReference<>();
        bean.around(() -> told.set(bean.future(work)));
        assertEquals(1, holders());

        work.complete("done");

        assertEquals("done", told.get().get(10, TimeUnit.SECONDS));
        assertEquals(0, holders());
    }

    @Test
    @DisplayName("the lock of a method with Jakarta Concurrency's @Asynchronous covers its work on the other thread")
    void shouldHoldDuringAsynchronousMethod() throws Exception {
        assertCovered(bean::asynchronous);
    }

    @Test
    @DisplayName("C23: if a method completes the future of Asynchronous.Result, the caller's future completes after the"
            + " lock is released")
    void shouldHoldUntilMethodWithResultFutureEnds() throws Exception {
        CountDownLatch completed = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Object> told = bean.completing("done", () -> {
            completed.countDown();
            return go.await(20, TimeUnit.SECONDS);
        });
        assertTrue(completed.await(20, TimeUnit.SECONDS));
        assertFalse(told.isDone(), "the method still works");
        assertEquals(1, holders());

        go.countDown();

        assertEquals("done", told.get(20, TimeUnit.SECONDS));
        assertEquals(0, holders(), "free when the caller learns of it");
    }

    @Test
    @DisplayName("C22: an asynchronous EJB method holds its lock while it runs and until its transaction has ended")
    void shouldHoldDuringAsynchronousEjb() throws Exception {
        assertCovered(ejb::call);
    }

    /** Starts work on another thread. */
    @FunctionalInterface
    private interface Starting {
        Future<Object> start(Callable<?> work) throws Exception;
    }

    private void assertCovered(Starting starting) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<Object> told = starting.start(() -> {
            entered.countDown();
            assertTrue(go.await(20, TimeUnit.SECONDS));
            return holders();
        });
        assertTrue(entered.await(20, TimeUnit.SECONDS));
        assertEquals(1, holders());
        assertThrows(LockNotAcquiredException.class, () -> bean.stage(new CompletableFuture<>()));

        go.countDown();

        assertEquals(1, told.get(20, TimeUnit.SECONDS));
        PgLocks.eventually("free afterwards", () -> holders() == 0);
    }
}
