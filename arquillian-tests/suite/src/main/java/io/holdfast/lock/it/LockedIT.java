// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockInterruptedException;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.it.beans.CdiBean;
import io.holdfast.lock.it.beans.InheritingBean;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.StatefulEjb;
import io.holdfast.lock.it.beans.StatelessEjb;
import io.holdfast.lock.it.beans.TimerEjb;
import jakarta.ejb.EJBTransactionRolledbackException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code @Locked} and the injected locker inside the server, in an EAR. */
@ArquillianTest
public class LockedIT extends ServerTest {

    private static final String KEY = Keys.SHARED;

    @Inject
    private StatelessEjb ejb;

    @Inject
    private StatefulEjb stateful;

    @Inject
    private TimerEjb timer;

    @Inject
    private CdiBean bean;

    @Inject
    private InheritingBean inheriting;

    @Deployment
    static EnterpriseArchive deployment() {
        return Archives.testEar(
                LockedIT.class,
                Map.of(),
                StatelessEjb.class,
                StatefulEjb.class,
                CdiBean.class,
                InheritingBean.class,
                TimerEjb.class);
    }

    @AfterEach
    void nothingIsLeftEvenNow() {
        assertEquals(0, holders(), "no lock is left");
    }

    @Test
    @DisplayName("a lock acquired by an EJB appears in pg_locks under its lock id and is gone after the call")
    void shouldShowLockOfEjbInPgLocks() throws Exception {
        assertEquals(fnv(KEY), locker.lockId(KEY), "the published hash, computed here by hand");

        assertLocks(ejb::call);
    }

    private static long fnv(String key) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : ("\0\0\0\0" + key).getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            hash = (hash ^ b) * 0x100000001b3L;
        }
        return hash;
    }

    @Test
    @DisplayName("C1: an EJB and a CDI bean with the same key exclude each other")
    void shouldExcludeEjbAndCdiBean() throws Exception {
        assertEquals(1, ejb.call(() -> {
            assertBusy(() -> bean.call(() -> "ran"));
            return holders();
        }));
        assertEquals(1, bean.call(() -> {
            assertBusy(() -> ejb.call(() -> "ran"));
            assertBusy(() -> stateful.call(() -> "ran"));
            assertEquals("ran", onAnotherThread(() -> bean.callUnderAnotherKey(() -> "ran")));
            return holders();
        }));
        assertEquals(1, stateful.call(this::holders));
        assertEquals(1, inheriting.call(this::holders), "the annotation of the class is inherited");
    }

    @Test
    @DisplayName("a @Locked method that requests its own key from a Locker is refused with a message that its own"
            + " thread holds the lock")
    void shouldNameTheCallerAsHolder() throws Exception {
        LockRequest own = LockRequest.of(KEY);
        for (String message : List.of(ejb.call(() -> refusal(own)), bean.call(() -> refusal(own)))) {
            assertTrue(message.startsWith("HOLDFAST-0001") && message.contains("this very thread"), message);
        }
    }

    private String refusal(LockRequest request) {
        return assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, LockRequest.IMMEDIATE))
                .getMessage();
    }

    @Test
    @DisplayName(
            "a @Locked method does not run while a handle of the Locker holds its key: the call is refused, or waits")
    void shouldExcludeProgrammaticHolder() throws Exception {
        Future<String> waiting;
        try (LockHandle handle = locker.acquire(LockRequest.of(KEY))) {
            assertThrows(LockNotAcquiredException.class, () -> bean.call(() -> "ran"));
            waiting = executor.submit(() -> ejb.callWaiting(() -> "ran"));
            assertTrue(handle.isHeld());
        }

        assertEquals("ran", waiting.get());
    }

    @Test
    @DisplayName("methods with mode SHARED run concurrently")
    void shouldShare() throws Exception {
        assertEquals(
                2,
                ejb.callShared(() -> onAnotherThread(() -> ejb.callShared(this::holders)))
                        .intValue());
        ejb.callShared(() -> {
            assertBusy(() -> bean.call(() -> "ran"));
            return null;
        });
    }

    @Test
    @DisplayName("a timer's timeout method runs under its lock")
    void shouldLockTimeoutMethods() throws InterruptedException {
        PgLocks.eventually("the timer runs twice", () -> timer.runs()[0] >= 2);

        int[] runs = timer.runs();
        assertEquals(runs[0], runs[1], "every run was under the lock");
    }

    // ---- transactions

    @Test
    @DisplayName("C22: in a transaction, the lock is held until the commit, not only until the method ends")
    void shouldHoldUntilCommit() throws Exception {
        transaction.begin();
        ejb.call(() -> "ran");
        assertEquals(1, holders(), "held after the method");
        assertBusy(() -> bean.call(() -> "ran"));

        transaction.commit();

        PgLocks.eventually("free after the commit", () -> holders() == 0);
    }

    @Test
    @DisplayName("C22: in a transaction, the lock is held until the rollback")
    void shouldHoldUntilRollback() throws Exception {
        transaction.begin();
        bean.call(() -> "ran");
        assertEquals(1, holders(), "held after the method");

        transaction.rollback();

        PgLocks.eventually("free after the rollback", () -> holders() == 0);
        ejb.callAndRollBack(() -> "ran");
        PgLocks.eventually("free after a transaction that was marked for rollback", () -> holders() == 0);
    }

    @Test
    @DisplayName("C22: if the transaction times out while the method runs, the lock is released when the method ends,"
            + " not before")
    void shouldHoldUntilMethodEndsAfterTimeout() throws Exception {
        AtomicInteger holdersAfterTimeout = new AtomicInteger();
        try {
            inTransactionThatTimesOut(() -> ejb.call(() -> {
                awaitTimeoutOfTransaction();
                PgLocks.letPass(Duration.ofMillis(500));
                holdersAfterTimeout.set(holders());
                return null;
            }));
        } catch (EJBTransactionRolledbackException e) {
            // Liberty reports the timeout when the method ends, WildFly does not.
        }
        assertEquals(1, holdersAfterTimeout.get());
        PgLocks.eventually("free afterwards", () -> holders() == 0);
    }

    @Test
    @DisplayName("within one transaction, the same key reuses the lock already held; a SHARED lock does not become"
            + " EXCLUSIVE")
    void shouldReenterWithinTransaction() throws Exception {
        transaction.begin();
        assertEquals(1, ejb.call(() -> bean.call(() -> ejb.call(this::holders))));
        assertEquals(1, ejb.call(this::holders));
        transaction.commit();
        PgLocks.eventually("free after the commit", () -> holders() == 0);

        transaction.begin();
        assertEquals(1, ejb.callShared(() -> ejb.callShared(this::holders)));
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> bean.call(() -> "ran"));
        assertTrue(refused.getMessage().contains(KEY), refused.getMessage());
        transaction.commit();
        PgLocks.eventually("free after the commit", () -> holders() == 0);
    }

    @Test
    @DisplayName("in a transaction marked for rollback, the same key reuses the lock held, and a different key is held"
            + " until its method ends")
    void shouldReenterWhenMarkedForRollback() throws Exception {
        transaction.begin();
        ejb.call(() -> "ran");
        transaction.setRollbackOnly();

        assertEquals(1, bean.call(this::holders));
        assertEquals(1, holders(), "still held by the transaction");
        assertEquals(1, bean.callUnderAnotherKey(() -> holdersOf(Keys.ANOTHER)));
        assertEquals(0, holdersOf(Keys.ANOTHER));

        transaction.rollback();
        PgLocks.eventually("free after the rollback", () -> holders() == 0);
    }

    @Test
    @DisplayName("C22: on a CDI bean, the lock is acquired before the method's transaction begins")
    void shouldEncloseTransactionOfCdiBean() throws Exception {
        assertLocks(bean::callTransactional);
        assertLocks(ejb::callWithoutTransaction);
    }

    @Test
    @DisplayName("C8: a lock acquired through the Locker inside a transaction is not part of that transaction")
    void shouldStayOutOfTransactions() throws Exception {
        transaction.begin();
        LockHandle handle = locker.acquire(LockRequest.of(KEY));
        transaction.rollback();
        assertEquals(1, holders());
        assertTrue(handle.isHeld());

        transaction.begin();
        handle.release();
        assertEquals(0, holders(), "freed at once");
        transaction.commit();
    }

    @Test
    @DisplayName("C8: two locks acquired in one transaction are held on two sessions")
    void shouldNotShareSessionsInTransaction() throws Exception {
        transaction.begin();
        LockRequest shared = LockRequest.of(KEY).mode(LockMode.SHARED);
        try (LockHandle one = locker.acquire(shared);
                LockHandle two = locker.acquire(shared)) {
            assertEquals(2, holders());
            assertTrue(one.isHeld() && two.isHeld());
        }
        transaction.commit();
    }

    // ---- outcomes

    @Test
    @DisplayName("C25: results and exceptions pass through unchanged")
    void shouldPassResultsAndExceptions() throws Exception {
        Exception checked = new Exception("mine");

        assertEquals("result", ejb.call(() -> "result"));
        assertSame(
                checked,
                assertThrows(
                        Exception.class,
                        () -> bean.call(() -> {
                            throw checked;
                        })));
        assertSame(
                checked,
                assertThrows(
                        Exception.class,
                        () -> ejb.call(() -> {
                            throw checked;
                        })));
    }

    @Test
    @DisplayName("a @Locked method whose wait is interrupted throws LockInterruptedException, and the interrupt flag is"
            + " set again")
    void shouldTellInterruption() throws Exception {
        Interrupted wait = interrupted(() -> bean.callWaiting(() -> "ran"));

        assertInstanceOf(LockInterruptedException.class, wait.failure());
        assertTrue(wait.flag());
    }

    @Test
    @DisplayName("a @Locked method that declares InterruptedException throws it if its wait is interrupted")
    void shouldThrowInterruptedExceptionWhereDeclared() throws Exception {
        Interrupted wait = interrupted(() -> {
            bean.awaitInterruptibly();
            return null;
        });
        Interrupted waitOfEjb = interrupted(() -> {
            ejb.awaitInterruptibly();
            return null;
        });

        assertFalse(wait.flag(), "as after any InterruptedException");
        for (Exception failure : List.of(wait.failure(), waitOfEjb.failure())) {
            assertInstanceOf(InterruptedException.class, failure);
            assertTrue(failure.getMessage().contains("HOLDFAST-0108"), failure.getMessage());
        }
    }

    /** What came of a wait that was interrupted, and the thread's flag after it, which the EJB container of WildFly sets. */
    private record Interrupted(Exception failure, boolean flag) {}

    /** Interrupts a method while it waits for its lock. */
    private Interrupted interrupted(Callable<?> method) throws Exception {
        long lockId = locker.lockId(KEY);
        return PgLocks.holding(lockId, () -> {
            Thread[] thread = new Thread[1];
            Future<Interrupted> waiting = executor.submit(() -> {
                thread[0] = Thread.currentThread();
                Exception failure = assertThrows(Exception.class, method::call);
                return new Interrupted(failure, Thread.interrupted());
            });
            PgLocks.eventually("it waits", () -> PgLocks.waiters(lockId) == 1);
            thread[0].interrupt();

            Interrupted wait = waiting.get();
            assertEquals(1, holders(), "the other holder's lock is left");
            return wait;
        });
    }

    @Test
    @DisplayName("C5: a thread that is already interrupted gets InterruptedException and no lock")
    void shouldTellEarlierInterruption() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> locker.acquire(LockRequest.of(KEY)));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> locker.tryAcquire(LockRequest.of(KEY)));

        assertFalse(Thread.interrupted());
        assertEquals(0, holders());
    }

    @Test
    @DisplayName("an injected Locker answers ping, and only the container can close it")
    void shouldNotBeClosedByUsers() {
        assertAll(
                () -> locker.ping(),
                () -> assertThrows(IllegalStateException.class, () -> locker.close()),
                () -> locker.ping());
    }
}
