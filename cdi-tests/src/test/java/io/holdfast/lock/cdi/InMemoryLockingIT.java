// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.FencingToken;
import io.holdfast.lock.IfBusy;
import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDomain;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import io.holdfast.lock.testkit.InMemoryLocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks in memory under an application that has neither a database nor a data source. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InMemoryLockingIT extends ContainerTest {

    /** Has every kind of annotation. */
    @ApplicationScoped
    static class Work {

        @Inject
        CurrentLock lock;

        @Locked(value = "order/#{id}", waitAtMost = 0)
        List<String> order(long id) {
            return lock.keys();
        }

        @Locked(value = "seat/#{id}")
        <T> T waiting(long id, Callable<T> body) throws Exception {
            return body.call();
        }

        @Locked(value = "report", ifBusy = IfBusy.SKIP)
        String report() {
            return "written";
        }

        @Locked({"account/#{from}", "account/#{to}"})
        List<String> transfer(long from, long to) {
            return lock.keys().stream().sorted().toList();
        }

        @Locked(value = "fenced", fenced = true)
        FencingToken fenced() {
            return lock.fencingToken().orElseThrow();
        }

        @Locked(value = "timer", minHold = 300, unit = ChronoUnit.MILLIS)
        long timer() {
            return System.nanoTime();
        }

        @Locked(value = "ttl", ttl = 3600)
        void refresh(Duration ttl, Runnable body) {
            lock.refresh(ttl);
            body.run();
        }

        @Locked(value = "transaction", scope = LockScope.TRANSACTION)
        List<String> inTransaction() {
            return lock.keys();
        }
    }

    /** Locks in a domain as well. */
    @ApplicationScoped
    static class Billing {

        @Inject
        @LockDomain("billing")
        Locker locker;

        @Inject
        @LockDomain("billing")
        LockAdmin admin;

        @Locked(value = "invoice", domain = "billing", waitAtMost = 0)
        boolean bill() throws InterruptedException {
            return admin.lock("invoice").isPresent();
        }

        boolean isFree() throws InterruptedException {
            return locker.tryWithLock(LockRequest.of("invoice"), () -> null);
        }
    }

    // snippet: producer
    /** Produces the locks where no bean classes can be listed. */
    @ApplicationScoped
    static class TestLocks {

        @Produces
        @Singleton
        InMemoryLocking locking() {
            return new InMemoryLocking();
        }
    }
    // end

    private static InMemoryLocking locking(SeContainer application) {
        return application.select(InMemoryLocking.class).get();
    }

    private SeContainer start() {
        return start(InMemoryLocking.class, Work.class);
    }

    private static void assertExcluded(SeContainer application) throws InterruptedException {
        Work work = application.select(Work.class).get();
        try (LockHandle elsewhere = locking(application).anotherServer().acquire("order/7")) {
            assertTrue(elsewhere.isHeld());
            assertThrows(LockNotAcquiredException.class, () -> work.order(7));
            assertEquals(List.of("order/8"), work.order(8));
        }
        assertEquals(List.of("order/7"), work.order(7));
    }

    @Test
    void shouldExcludeAnotherServer() throws InterruptedException {
        try (SeContainer application = start()) {
            assertExcluded(application);
        }
    }

    @Test
    void shouldTakeTheLocksFromABeanOfTheTest() throws InterruptedException {
        try (SeContainer application = start(TestLocks.class, Work.class)) {
            assertExcluded(application);
        }
    }

    @Test
    void shouldPreferTheAlternative() throws InterruptedException {
        try (SeContainer application = start(TestLocks.class, InMemoryLocking.class, Work.class)) {
            assertExcluded(application);
        }
    }

    @Test
    void shouldHaveTheNamespaceOfTheApplication() throws InterruptedException {
        System.setProperty("holdfast.namespace", "7");
        try (SeContainer application = start()) {
            assertExcluded(application);
            Locker locker = application.select(Locker.class).get();
            assertEquals(locking(application).locks().newLocker(7).lockId("a"), locker.lockId("a"));
        } finally {
            System.clearProperty("holdfast.namespace");
        }
    }

    @Test
    void shouldReportThatThereIsNoDatabase() {
        start().close();

        assertEquals(
                1,
                logged("HOLDFAST-0120: " + InMemoryLocking.class.getName() + " replaces")
                        .size());
    }

    @Test
    void shouldWaitUntilTheHolderHasReleased() throws Exception {
        try (SeContainer application = start()) {
            Work work = application.select(Work.class).get();
            InMemoryLocking locking = locking(application);
            LockHandle elsewhere = locking.anotherServer().acquire("seat/1");
            CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> call(work, elsewhere::isHeld));
            assertTrue(locking.locks().awaitWaiters("seat/1", 1, Duration.ofSeconds(10)));
            assertFalse(waiting.isDone());
            elsewhere.release();

            assertFalse(waiting.join());
        }
    }

    private static <T> T call(Work work, Callable<T> body) {
        try {
            return work.waiting(1, body);
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void shouldSkipWhatAnotherServerDoes() throws InterruptedException {
        try (SeContainer application = start()) {
            Work work = application.select(Work.class).get();
            assertEquals("written", work.report());
            try (LockHandle elsewhere = locking(application).anotherServer().acquire("report")) {
                assertTrue(elsewhere.isHeld());
                assertNull(work.report());
            }
        }
    }

    @Test
    void shouldAcquireSeveralKeysAndTokensThatGrow() {
        try (SeContainer application = start()) {
            Work work = application.select(Work.class).get();

            assertEquals(List.of("account/1", "account/2"), work.transfer(2, 1));
            assertTrue(work.fenced().compareTo(work.fenced()) < 0);
        }
    }

    @Test
    void shouldKeepTheLockForMinHold() throws InterruptedException {
        try (SeContainer application = start()) {
            long began = application.select(Work.class).get().timer();
            assertEquals(1, locking(application).locks().holders("timer").size());

            locking(application).anotherServer().acquire("timer").close();

            assertTrue(System.nanoTime() - began >= Duration.ofMillis(250).toNanos());
        }
    }

    @Test
    void shouldReportALapsedAndALostLock() {
        try (SeContainer application = start()) {
            Work work = application.select(Work.class).get();
            CurrentLock lock = application.select(CurrentLock.class).get();

            assertThrows(
                    LockNotHeldException.class,
                    () -> work.refresh(Duration.ofMillis(1), () -> {
                        while (lock.isHeld()) {
                            Thread.onSpinWait();
                        }
                    }));
            assertThrows(
                    LockNotHeldException.class,
                    () -> work.refresh(
                            Duration.ofHours(1),
                            () -> assertEquals(1, locking(application).locks().lose("ttl"))));
        }
    }

    @Test
    void shouldKeepEachDomainToItself() throws InterruptedException {
        try (SeContainer application = start(InMemoryLocking.class, Billing.class)) {
            Billing billing = application.select(Billing.class).get();
            InMemoryLocking locking = locking(application);
            assertTrue(billing.bill());
            try (LockHandle ofDefault = locking.anotherServer().acquire("invoice")) {
                assertTrue(ofDefault.isHeld());
                assertTrue(billing.bill());
            }
            try (LockHandle ofDomain = locking.anotherServer("billing").acquire("invoice")) {
                assertTrue(ofDomain.isHeld());
                assertFalse(billing.isFree());
                assertEquals(1, locking.locks("billing").holders("invoice").size());
                assertThrows(LockNotAcquiredException.class, billing::bill);
                locking.reset();
                assertTrue(billing.bill());
            }
            IllegalArgumentException unknown =
                    assertThrows(IllegalArgumentException.class, () -> locking.locks("biling"));
            assertEquals(
                    "the application has no lock domain 'biling', but only the default one, 'billing'",
                    unknown.getMessage());
        }
    }

    @Test
    void shouldHaveNoLocksBeforeTheApplicationHasStarted() {
        assertThrows(IllegalStateException.class, () -> new InMemoryLocking().locks());
    }

    @Test
    void shouldKeepALockOfTheTransactionUntilItHasCompleted() throws InterruptedException {
        try (SeContainer application = start(InMemoryLocking.class, Work.class, TransactionBeanIT.Transactions.class)) {
            Work work = application.select(Work.class).get();
            TransactionBeanIT.Transactions transactions =
                    application.select(TransactionBeanIT.Transactions.class).get();
            Locker elsewhere = locking(application).anotherServer();
            IllegalStateException refused = assertThrows(IllegalStateException.class, work::inTransaction);
            assertTrue(refused.getMessage().startsWith("HOLDFAST-0115"), refused::getMessage);

            transactions.begin();
            assertEquals(List.of("transaction"), work.inTransaction());
            assertEquals(List.of("transaction"), work.inTransaction());
            assertTrue(elsewhere.tryAcquire("transaction").isEmpty());
            transactions.commit();

            assertTrue(elsewhere.tryAcquire("transaction").isPresent());
        }
    }

    @Test
    void shouldExcludeNothingWhileLockingIsOff() throws Exception {
        try (SeContainer application = start()) {
            Work work = application.select(Work.class).get();
            CountDownLatch inside = new CountDownLatch(2);
            Callable<Boolean> meeting = () -> {
                inside.countDown();
                inside.await();
                return true;
            };
            locking(application).locks().turnOff();
            CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(() -> call(work, meeting));

            assertTrue(call(work, meeting));
            assertTrue(first.join());
            locking(application).reset();
            assertExcluded(application);
        }
    }
}
