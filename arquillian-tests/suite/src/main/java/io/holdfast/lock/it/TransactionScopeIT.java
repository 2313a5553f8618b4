// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockState;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.TransactionScopeBean;
import io.holdfast.lock.it.beans.TransactionScopeEjb;
import jakarta.ejb.EJBException;
import jakarta.inject.Inject;
import jakarta.transaction.UserTransaction;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Locks of scope TRANSACTION, on the connection with which the application works. */
@ArquillianTest
public class TransactionScopeIT extends ServerTest {

    private static final LockRequest ON_SESSION = LockRequest.of(Keys.SHARED);
    private static final LockRequest IN_TRANSACTION = ON_SESSION.scope(LockScope.TRANSACTION);

    @Inject
    private TransactionScopeEjb ejb;

    @Inject
    private TransactionScopeBean bean;

    @Deployment(name = "work")
    static WebArchive deployment() {
        return war("transaction-scope", Map.of("holdfast.transaction-datasource", "jdbc/work"));
    }

    @Deployment(name = "no-work")
    static WebArchive withoutDataSource() {
        return war("transaction-scope-unset", Map.of());
    }

    private static WebArchive war(String name, Map<String, String> settings) {
        return Archives.testWar(
                name, TransactionScopeIT.class, settings, TransactionScopeEjb.class, TransactionScopeBean.class);
    }

    private boolean isHeldByTransaction() {
        return PgLocks.pidOf(locker.lockId(Keys.SHARED)) == Rows.backendPid();
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("with scope TRANSACTION, the lock is on the session of the transaction's work and is released by the"
            + " commit or rollback")
    void shouldLockInTransactionOfMethod() throws Exception {
        assertTrue(ejb.call(this::isHeldByTransaction), "EJB");
        assertEquals(0, holders(), "freed by the commit");
        assertTrue(bean.call(this::isHeldByTransaction), "@Transactional bean");
        assertEquals(0, holders(), "freed by the commit");
        assertThrows(
                Exception.class,
                () -> ejb.call(() -> {
                    throw new EJBException("rolls back");
                }));
        assertEquals(0, holders(), "freed by the rollback");
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("C1: locks of scope TRANSACTION exclude locks of scope SESSION, and each other")
    void shouldExcludeOtherScope() throws Exception {
        transaction.begin();
        LockHandle handle = locker.acquire(IN_TRANSACTION);
        assertTrue(isHeldByTransaction());
        assertTrue(onAnotherThread(() -> locker.tryAcquire(ON_SESSION)).isEmpty(), "session lock refused");
        assertThrows(Exception.class, () -> onAnotherThread(() -> ejb.call(() -> "ran")), "other transaction refused");
        handle.release();
        assertEquals(1, holders(), "the transaction keeps it");
        transaction.commit();
        assertEquals(LockState.RELEASED, handle.state());

        try (LockHandle session = onAnotherThread(() -> locker.acquire(ON_SESSION))) {
            assertThrows(Exception.class, () -> ejb.call(() -> "ran"));
            assertTrue(session.isHeld());
        }
        assertEquals("ran", ejb.call(() -> "ran"));
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("a refusal or a timeout leaves the transaction and its work unchanged")
    void shouldLeaveTransactionUsable() throws Exception {
        Rows rows = new Rows("scope");
        try (LockHandle session = locker.acquire(ON_SESSION)) {
            transaction.begin();
            rows.insert();
            assertTrue(locker.tryAcquire(IN_TRANSACTION).isEmpty());
            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(IN_TRANSACTION, Duration.ofMillis(200)));
            rows.insert();
            transaction.commit();
            assertTrue(session.isHeld());
        }
        assertEquals(2, rows.count());
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("a waiting transaction is granted the lock when the holder releases it")
    void shouldWait() throws Exception {
        LockHandle session = locker.acquire(ON_SESSION);
        var waiting = executor.submit(() -> {
            UserTransaction other = transaction;
            other.begin();
            try {
                locker.acquire(IN_TRANSACTION, Duration.ofSeconds(30));
                return isHeldByTransaction();
            } finally {
                other.commit();
            }
        });
        PgLocks.eventually("it waits", () -> PgLocks.waiters(locker.lockId(Keys.SHARED)) == 1);
        session.release();

        assertTrue(waiting.get());
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("a transaction reuses its own lock; a SHARED lock does not become EXCLUSIVE, and scope TRANSACTION"
            + " does not become scope SESSION")
    void shouldShareWithinTransaction() throws Exception {
        transaction.begin();
        assertTrue(ejb.call(() -> bean.call(this::isHeldByTransaction)));
        assertEquals(1, holders());
        assertThrows(IllegalStateException.class, () -> locker.acquire(ON_SESSION.releaseAfterTransaction(true)));
        transaction.commit();

        transaction.begin();
        locker.acquire(IN_TRANSACTION.mode(LockMode.SHARED)).close();
        assertThrows(IllegalStateException.class, () -> locker.acquire(IN_TRANSACTION));
        transaction.rollback();

        transaction.begin();
        locker.acquire(ON_SESSION.releaseAfterTransaction(true)).close();
        assertTrue(locker.acquire(IN_TRANSACTION).isHeld(), "reuses the session lock");
        assertFalse(isHeldByTransaction());
        transaction.rollback();
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("without a transaction, scope TRANSACTION is refused and the method does not run")
    void shouldRefuseWithoutTransaction() throws Exception {
        assertThrows(IllegalStateException.class, () -> locker.acquire(IN_TRANSACTION));
        RuntimeException refused = assertThrows(RuntimeException.class, () -> ejb.callWithoutTransaction(() -> "ran"));
        assertTrue(String.valueOf(refused).contains("HOLDFAST-0115"), refused::toString);
        transaction.begin();
        transaction.setRollbackOnly();
        assertThrows(IllegalStateException.class, () -> locker.acquire(IN_TRANSACTION));
        assertThrows(IllegalArgumentException.class, () -> locker.acquireAsync(IN_TRANSACTION));
        transaction.rollback();
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("a transaction that times out releases its lock, and the handle reports the lock as released")
    void shouldEndWithTimeout() throws Exception {
        AtomicReference<LockHandle> handle = new AtomicReference<>();
        inTransactionThatTimesOut(() -> {
            handle.set(locker.acquire(IN_TRANSACTION));
            awaitTimeoutOfTransaction();
        });
        PgLocks.eventually("the handle shows it", () -> handle.get().state() == LockState.RELEASED);
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("a transaction that times out while it waits for a lock is not granted the lock")
    void shouldNotBeGrantedAfterTimeout() throws Exception {
        try (LockHandle session = onAnotherThread(() -> locker.acquire(ON_SESSION))) {
            inTransactionThatTimesOut(() -> {
                assertThrows(RuntimeException.class, () -> locker.acquire(IN_TRANSACTION, Duration.ofSeconds(3)));
                assertTrue(session.isHeld());
                assertFalse(isTransactionActive());
            });
        }
    }

    @Test
    @OperateOnDeployment("work")
    @DisplayName("C5: an interrupt ends the wait and leaves the transaction and its work unchanged")
    void shouldBeInterruptible() throws Exception {
        Rows rows = new Rows("interrupted");
        try (LockHandle session = onAnotherThread(() -> locker.acquire(ON_SESSION))) {
            Thread waiting = Thread.currentThread();
            Future<?> interrupt = executor.submit(() -> {
                PgLocks.eventually("it waits", () -> PgLocks.waiters(locker.lockId(Keys.SHARED)) == 1);
                waiting.interrupt();
                return null;
            });
            transaction.begin();
            rows.insert();
            assertThrows(InterruptedException.class, () -> locker.acquire(IN_TRANSACTION, Duration.ofSeconds(30)));
            interrupt.get();
            rows.insert();
            transaction.commit();
            assertTrue(session.isHeld());
        }
        assertEquals(2, rows.count());
    }

    @Test
    @OperateOnDeployment("no-work")
    @DisplayName("C27: scope TRANSACTION is refused on a data source that does not take part in transactions")
    void shouldRefuseDataSourceWithoutTransactions() throws Exception {
        transaction.begin();
        LockDatabaseUnfitException refused =
                assertThrows(LockDatabaseUnfitException.class, () -> locker.acquire(IN_TRANSACTION));
        assertTrue(refused.getMessage().contains("holdfast.transaction-datasource"), refused.getMessage());
        transaction.rollback();
    }
}
