// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.it.beans.AttributesBean;
import io.holdfast.lock.it.beans.AttributesEjb;
import io.holdfast.lock.it.beans.Keys;
import jakarta.inject.Inject;
import jakarta.transaction.RollbackException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Handles that are released after their transaction, and what a lost or lapsed lock does to its commit. */
@ArquillianTest
@DisplayName("Transactions")
public class TransactionHandlesIT extends ServerTest {

    private static final LockRequest REQUEST = LockRequest.of(Keys.SHARED);
    private static final LockRequest AFTER_TRANSACTION = REQUEST.releaseAfterTransaction(true);

    @Inject
    private AttributesEjb ejb;

    @Inject
    private AttributesBean bean;

    @Deployment
    static EnterpriseArchive deployment() {
        return Archives.testEar(
                TransactionHandlesIT.class,
                Map.of("holdfast.transaction-datasource", "jdbc/work"),
                AttributesEjb.class,
                AttributesBean.class);
    }

    @Test
    @DisplayName("C22: after a handle with releaseAfterTransaction is released, its lock is held until the commit or"
            + " rollback")
    void shouldHoldProgrammaticHandles() throws Exception {
        for (boolean commit : new boolean[] {true, false}) {
            transaction.begin();
            LockHandle handle = locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE);
            handle.release();
            assertFalse(handle.isHeld(), "not through this handle");
            assertEquals(1, holders(), "held by the transaction");
            assertThrows(LockNotHeldException.class, handle::release);
            handle.close();
            if (commit) {
                transaction.commit();
            } else {
                transaction.rollback();
            }
            assertFreeSoon("after the transaction");
        }
    }

    @Test
    @DisplayName("C22: a handle with releaseAfterTransaction that outlives its transaction holds the lock until the"
            + " handle is released")
    void shouldHoldUntilReleaseAfterCommit() throws Exception {
        transaction.begin();
        LockHandle handle = locker.tryAcquire(AFTER_TRANSACTION).orElseThrow();
        transaction.commit();

        assertTrue(handle.isHeld());
        handle.refresh(LockRequest.UNLIMITED);
        assertEquals(1, holders());

        handle.release();
        assertEquals(0, holders(), "freed at once");
    }

    @Test
    @DisplayName(
            "C22: without a transaction, or in one that is marked for rollback, releaseAfterTransaction has no effect")
    void shouldBeOrdinaryWithoutTransaction() throws Exception {
        locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE).release();
        assertEquals(0, holders());

        transaction.begin();
        transaction.setRollbackOnly();
        locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE).release();
        assertEquals(0, holders());
        transaction.rollback();
    }

    @Test
    @DisplayName("requests of one transaction for the same key share its lock, with or without @Locked; a request that"
            + " needs more than that lock is refused")
    void shouldShareWithinTransaction() throws Exception {
        transaction.begin();
        try (LockHandle first = locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE)) {
            try (LockHandle second = locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE)) {
                assertTrue(second.isHeld());
                assertEquals(1, ejb.required(this::holders));
                assertEquals(1, bean.mandatory(this::holders));
            }
            assertTrue(first.isHeld());
            assertThrows(
                    IllegalStateException.class,
                    () -> locker.acquire(AFTER_TRANSACTION.fenced(true), LockRequest.IMMEDIATE));
        }
        transaction.commit();
        assertFreeSoon("after the transaction");

        transaction.begin();
        locker.acquire(AFTER_TRANSACTION.mode(LockMode.SHARED), LockRequest.IMMEDIATE)
                .close();
        assertThrows(IllegalStateException.class, () -> locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE));
        transaction.rollback();
    }

    @Test
    @DisplayName("C22: a lock whose handle was released before its transaction timed out is free when the transaction"
            + " has ended")
    void shouldReleaseAfterTimeout() throws Exception {
        inTransactionThatTimesOut(() -> {
            locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE).close();
            awaitTimeoutOfTransaction();
            PgLocks.letPass(Duration.ofMillis(300));
        });
        assertFreeSoon("after the timeout");
        assertEquals(1, ejb.required(this::holders), "this thread locks as before");
    }

    @Test
    @DisplayName(
            "C12: if the lock is lost while the method runs, the caller gets an exception and nothing is committed")
    void shouldRollBackWhereLockWasLost() throws Exception {
        Rows rows = new Rows("lost");
        assertThrows(
                Exception.class,
                () -> ejb.required(() -> {
                    rows.insert();
                    PgLocks.endSessionOf(locker.lockId(Keys.SHARED));
                    awaitLoss();
                    return null;
                }));
        assertEquals(0, rows.count(), "rolled back");
        ejb.required(() -> {
            rows.insert();
            return null;
        });
        assertEquals(1, rows.count(), "committed");
    }

    /** The locker asks at every check interval, or when it is asked to. */
    private void awaitLoss() {
        assertThrows(
                RuntimeException.class,
                () -> locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE).refresh(LockRequest.UNLIMITED));
    }

    @Test
    @DisplayName(
            "C22: a lock whose ttl has passed is kept until the end of its transaction, which can only be rolled back")
    void shouldKeepLapsedLockUntilRollback() throws Exception {
        Rows rows = new Rows("lapsed");
        transaction.begin();
        LockHandle handle = locker.acquire(AFTER_TRANSACTION.ttl(Duration.ofMillis(200)), LockRequest.IMMEDIATE);
        rows.insert();
        PgLocks.eventually("the ttl passes", () -> handle.state() == LockState.LAPSED);

        assertThrows(
                LockNotHeldException.class,
                () -> locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE),
                "nothing new is started");
        assertThrows(LockNotHeldException.class, () -> handle.refresh(Duration.ofSeconds(10)));
        assertThrows(LockNotHeldException.class, handle::release);
        assertEquals(1, holders(), "the work is not committed or rolled back yet");

        assertThrows(RollbackException.class, transaction::commit);
        assertEquals(0, rows.count());
        assertFreeSoon("after the rollback");
    }

    @Test
    @DisplayName("C12: a loss that is known before the commit rolls the transaction back, even after the handle has"
            + " been released")
    void shouldRollBackWhereLockIsLostBeforeCommit() throws Exception {
        Rows rows = new Rows("lost_before_commit");
        CountDownLatch lost = new CountDownLatch(1);
        transaction.begin();
        LockHandle handle = locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE);
        handle.onLost(lost::countDown);
        rows.insert();
        handle.release();
        PgLocks.endSessionOf(locker.lockId(Keys.SHARED));
        assertTrue(lost.await(20, TimeUnit.SECONDS), "noticed");

        assertThrows(
                LockNotHeldException.class,
                () -> locker.acquire(AFTER_TRANSACTION, LockRequest.IMMEDIATE),
                "nothing new is started");
        assertThrows(RollbackException.class, transaction::commit);
        assertEquals(0, rows.count());
    }
}
