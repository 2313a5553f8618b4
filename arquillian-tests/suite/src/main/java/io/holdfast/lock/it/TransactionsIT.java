// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.AttributesBean;
import io.holdfast.lock.it.beans.AttributesEjb;
import io.holdfast.lock.it.beans.BeanManagedEjb;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.OpeningBean;
import io.holdfast.lock.it.beans.OpeningEjb;
import jakarta.inject.Inject;
import jakarta.transaction.RollbackException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Locked methods and the end of transactions: all attributes, transactions left open, rollback. */
@ArquillianTest
public class TransactionsIT extends ServerTest {

    @Inject
    private AttributesEjb ejb;

    @Inject
    private BeanManagedEjb beanManaged;

    @Inject
    private AttributesBean bean;

    @Inject
    private OpeningBean opening;

    @Inject
    private OpeningEjb stateful;

    @Deployment
    static EnterpriseArchive deployment() {
        return Archives.testEar(
                TransactionsIT.class,
                Map.of("holdfast.transaction-datasource", "jdbc/work"),
                AttributesEjb.class,
                AttributesBean.class,
                BeanManagedEjb.class,
                OpeningBean.class,
                OpeningEjb.class);
    }

    /** Calls the method without a transaction, and then inside one. */
    private void assertHeldAfterwards(String method, boolean expected, LockedMethod locked) throws Exception {
        transaction.begin();
        assertEquals(1, locked.call(this::holders), method);
        assertEquals(expected ? 1 : 0, holders(), method + ": held until the caller's transaction ends");
        transaction.commit();
        assertFreeSoon(method);
    }

    private void assertFreeAfterwards(String method, LockedMethod locked) throws Exception {
        assertEquals(1, locked.call(this::holders), method);
        assertFreeSoon(method);
    }

    @Test
    @DisplayName("C22: on an EJB, the lock is held until the transaction that the method runs in has ended, whatever"
            + " the transaction attribute")
    void shouldFollowAttributesOfEjb() throws Exception {
        assertFreeAfterwards("REQUIRED", ejb::required);
        assertFreeAfterwards("REQUIRES_NEW", ejb::requiresNew);
        assertFreeAfterwards("SUPPORTS", ejb::supports);
        assertFreeAfterwards("NOT_SUPPORTED", ejb::notSupported);
        assertFreeAfterwards("NEVER", ejb::never);

        assertHeldAfterwards("REQUIRED", true, ejb::required);
        assertHeldAfterwards("MANDATORY", true, ejb::mandatory);
        assertHeldAfterwards("SUPPORTS", true, ejb::supports);
        assertHeldAfterwards("REQUIRES_NEW", false, ejb::requiresNew);
        assertHeldAfterwards("NOT_SUPPORTED", false, ejb::notSupported);
    }

    @Test
    @DisplayName("C22: on a @Transactional bean, the lock is acquired before the bean's transaction and released after"
            + " the caller's transaction")
    void shouldFollowTypesOfTransactional() throws Exception {
        assertFreeAfterwards("REQUIRED", bean::required);
        assertFreeAfterwards("REQUIRES_NEW", bean::requiresNew);
        assertFreeAfterwards("SUPPORTS", bean::supports);
        assertFreeAfterwards("NOT_SUPPORTED", bean::notSupported);
        assertFreeAfterwards("NEVER", bean::never);

        assertHeldAfterwards("REQUIRED", true, bean::required);
        assertHeldAfterwards("MANDATORY", true, bean::mandatory);
        assertHeldAfterwards("SUPPORTS", true, bean::supports);
        assertHeldAfterwards("REQUIRES_NEW", true, bean::requiresNew);
        assertHeldAfterwards("NOT_SUPPORTED", true, bean::notSupported);
    }

    @Test
    @DisplayName("C22: if the container refuses the call, no lock remains held")
    void shouldReleaseWhereCallIsRefused() throws Exception {
        assertThrows(Exception.class, () -> ejb.mandatory(() -> "ran"));
        assertThrows(Exception.class, () -> bean.mandatory(() -> "ran"));
        assertFreeSoon("MANDATORY without a transaction");

        transaction.begin();
        assertThrows(Exception.class, () -> ejb.never(() -> "ran"));
        assertThrows(Exception.class, () -> bean.never(() -> "ran"));
        transaction.rollback();
        assertFreeSoon("NEVER in a transaction");
    }

    @Test
    @DisplayName("C22: with bean-managed transactions, the lock is held during the method's own transaction and until"
            + " the method ends")
    void shouldEncloseBeanManagedTransaction() throws Exception {
        assertEquals(1, beanManaged.call(() -> "inside", this::holders));
        assertFreeSoon("after the method");
    }

    // ---- transactions that are still open when the method ends

    @Test
    @DisplayName("C22: a stateful EJB that begins a transaction and leaves it open holds its lock until the transaction"
            + " has ended")
    void shouldHoldForTransactionOfStatefulEjb() throws Exception {
        Rows rows = new Rows("left_open");
        stateful.begin(() -> {
            rows.insert();
            return null;
        });
        assertEquals(1, holders(), "held after the method");
        assertThrows(Exception.class, () -> ejb.required(() -> "ran"), "the work is not committed yet");
        assertEquals(1, stateful.<Integer>call(this::holders), "its own calls reuse the lock");

        stateful.commit();

        assertFreeSoon("after the commit");
        assertEquals(1, rows.count());

        Exception mine = new Exception("mine, for which nothing is rolled back");
        assertThrows(
                Exception.class,
                () -> stateful.begin(() -> {
                    throw mine;
                }));
        assertEquals(1, holders(), "held, though the method threw");
        stateful.rollback();
        assertFreeSoon("after the rollback");
    }

    @Test
    @DisplayName(
            "C22: a CDI bean that leaves its UserTransaction open holds all its locks until that transaction has ended")
    void shouldHoldForTransactionOfCdiBean() throws Exception {
        assertEquals(1, opening.<Integer>call(() -> {
            transaction.begin();
            return holders();
        }));
        assertEquals(2, holdersOf(Keys.SHARED, Keys.ANOTHER));

        transaction.commit();

        PgLocks.eventually("free", () -> holdersOf(Keys.SHARED, Keys.ANOTHER) == 0);
    }

    @Test
    @DisplayName("C22: if a method ends its caller's transaction and begins another, its lock is held until the second"
            + " transaction ends")
    void shouldHoldForOtherTransactionThanAtEntry() throws Exception {
        transaction.begin();
        opening.call(() -> {
            transaction.commit();
            transaction.begin();
            return null;
        });
        assertEquals(1, holders());

        transaction.rollback();

        assertFreeSoon("after the second transaction");
    }

    @Test
    @DisplayName("C22: a transaction that a stateless EJB leaves open is rolled back before the lock is released")
    void shouldHoldForTransactionOfStatelessEjb() {
        assertThrows(
                Exception.class,
                () -> beanManaged.callLocked(() -> {
                    transaction.begin();
                    return "ran";
                }));
        assertEquals(0, holders());
    }

    @Test
    @DisplayName("C22, C23: the lock is held until the stage has completed and the transaction that the method left"
            + " open has ended")
    void shouldHoldForOpenTransactionAndStage() throws Exception {
        for (boolean transactionFirst : new boolean[] {true, false}) {
            CompletableFuture<String> work = new CompletableFuture<>();
            CompletableFuture<String> told = opening.stage(() -> {
                transaction.begin();
                return work;
            });
            if (transactionFirst) {
                transaction.commit();
            } else {
                work.complete("done");
                assertEquals("done", told.get(10, TimeUnit.SECONDS));
            }
            assertEquals(1, holders(), "kept by the other one");
            if (transactionFirst) {
                work.complete("done");
            } else {
                transaction.commit();
            }
            assertFreeSoon("after both");
        }
    }

    @Test
    @DisplayName(
            "C22, C23: the transaction in which a stage is completed keeps the lock until the transaction has ended")
    void shouldHoldForTransactionThatCompletesStage() throws Exception {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> told = opening.stage(() -> work);
        transaction.begin();

        work.complete("done");

        assertEquals("done", told.get(10, TimeUnit.SECONDS));
        assertEquals(1, holders());
        transaction.commit();
        assertFreeSoon("after the commit");
    }

    @Test
    @DisplayName(
            "C22: the lock is held until minHold has passed and the transaction that the method left open has ended")
    void shouldHoldForOpenTransactionAndMinHold() throws Exception {
        long startNanos = System.nanoTime();
        opening.holding(this::begin);
        transaction.commit();
        assertFreeSoon("after minHold");
        assertTrue(System.nanoTime() - startNanos >= TimeUnit.SECONDS.toNanos(1), "not before minHold has passed");

        opening.holding(this::begin);
        PgLocks.letPass(Duration.ofMillis(1_300));
        assertEquals(1, holders(), "minHold has passed, but the transaction is open");
        transaction.commit();
        assertFreeSoon("after the commit");
    }

    private Object begin() throws Exception {
        transaction.begin();
        return null;
    }

    @Test
    @DisplayName("C22: a caller's lock of scope TRANSACTION cannot be kept for a different transaction, which can only"
            + " be rolled back")
    void shouldRollBackTransactionThatCannotKeepLock() throws Exception {
        Rows rows = new Rows("not_kept");
        transaction.begin();
        IllegalStateException refused = assertThrows(
                IllegalStateException.class,
                () -> opening.inTransaction(() -> {
                    transaction.commit();
                    transaction.begin();
                    rows.insert();
                    return null;
                }));

        assertTrue(refused.getMessage().contains("HOLDFAST-0060"), refused.getMessage());
        assertThrows(RollbackException.class, transaction::commit);
        assertEquals(0, rows.count());
    }

    @Test
    @DisplayName("C22: the lock of an outer transaction is held during a nested REQUIRES_NEW transaction, and excludes"
            + " that transaction")
    void shouldKeepLockOfOuterTransaction() throws Exception {
        assertEquals(1, ejb.required(() -> {
            assertThrows(Exception.class, () -> ejb.requiresNew(() -> "ran"), "another transaction, another holder");
            return holders();
        }));
        assertFreeSoon("after the outer transaction");
    }

    @Test
    @DisplayName(
            "C22: if the method calls setRollbackOnly, the lock is held until the transaction has been rolled back")
    void shouldHoldUntilRollback() throws Exception {
        transaction.begin();
        ejb.required(() -> {
            registry.setRollbackOnly();
            return null;
        });
        assertEquals(1, holders());

        transaction.rollback();

        assertFreeSoon("after the rollback");
    }
}
