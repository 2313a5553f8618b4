// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.AddedLock;
import io.holdfast.lock.it.beans.KeyBean;
import io.holdfast.lock.it.beans.KeyBean.Item;
import io.holdfast.lock.it.beans.KeyBean.Order;
import io.holdfast.lock.it.beans.KeyEjb;
import io.holdfast.lock.it.beans.NightlyBean;
import io.holdfast.lock.it.beans.NightlyWork;
import io.holdfast.lock.it.beans.OneAtATime;
import io.holdfast.lock.it.beans.PlainBean;
import jakarta.annotation.Resource;
import jakarta.ejb.EJBException;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Inject;
import jakarta.transaction.UserTransaction;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Keys of {@code @Locked} made of arguments, with the server's own Jakarta Expression Language, in an EAR. */
@ArquillianTest
public class LockedKeysIT {

    @Inject
    private Locker locker;

    @Inject
    private KeyBean bean;

    @Inject
    private KeyEjb ejb;

    @Inject
    private NightlyBean nightly;

    @Inject
    private PlainBean plain;

    @Resource(lookup = "java:comp/DefaultManagedExecutorService")
    private ManagedExecutorService executor;

    @Resource(lookup = "java:comp/UserTransaction")
    private UserTransaction transaction;

    @Deployment
    static EnterpriseArchive deployment() {
        Class<?>[] ejbs = {
            KeyBean.class,
            KeyEjb.class,
            NightlyWork.class,
            OneAtATime.class,
            NightlyBean.class,
            PlainBean.class,
            AddedLock.class,
            PgLocks.class
        };
        EnterpriseArchive ear = Archives.ear("locked-keys", ejbs, LockedKeysIT.class);
        // Without a beans.xml, an archive that has an extension is no bean archive.
        ear.getAsType(JavaArchive.class, "/locked-keys-ejb.jar")
                .addAsServiceProvider(Extension.class, AddedLock.class)
                .addAsManifestResource(EmptyAsset.INSTANCE, "beans.xml");
        return ear;
    }

    private int holders(String key) {
        return PgLocks.holders(locker.lockId(key));
    }

    /** On another thread, as another caller. */
    private <T> T elsewhere(Callable<T> call) throws Exception {
        return executor.submit(call).get();
    }

    private void assertBusy(Callable<?> call) {
        Throwable refused =
                assertThrows(ExecutionException.class, () -> elsewhere(call)).getCause();
        assertInstanceOf(
                LockNotAcquiredException.class, refused instanceof EJBException ? refused.getCause() : refused);
    }

    @AfterEach
    void nothingIsLeft() throws InterruptedException {
        PgLocks.eventually(
                "no lock is left", () -> holders("order/42") + holders("account/1") + holders("account/2") == 0);
    }

    @Test
    @DisplayName("C1, C4: the key is that of the arguments: by name, by place and by @LockKey it is the same lock")
    void shouldMakeKeysOfArguments() throws Exception {
        assertEquals(1, bean.ship(new Order(42), () -> {
            assertBusy(() -> ejb.ship(42, () -> "ran"));
            assertBusy(() -> bean.shipById(42, () -> "ran"));
            assertEquals("ran", elsewhere(() -> ejb.ship(43, () -> "ran")));
            return holders("order/42");
        }));
        assertEquals(1, ejb.ship(42, () -> holders("order/42")));
        assertEquals(1, bean.shipById(42, () -> holders("order/42")));
    }

    @Test
    @DisplayName("C9: several keys are taken together, all or none; those that are the same are one lock")
    void shouldLockSeveralKeys() throws Exception {
        assertEquals(2, bean.transfer("2", "1", () -> {
            assertBusy(() -> bean.transfer("1", "2", () -> "ran"));
            return holders("account/1") + holders("account/2");
        }));
        assertEquals(1, bean.transfer("1", "1", () -> holders("account/1")));
        for (String busy : new String[] {"account/1", "account/2"}) {
            try (LockHandle handle = locker.acquire(LockRequest.of(busy))) {
                assertBusy(() -> bean.transfer("1", "2", () -> "ran"));
                assertEquals(1, holders("account/1") + holders("account/2"), "none but that of " + handle);

                transaction.begin();
                assertThrows(LockNotAcquiredException.class, () -> bean.transfer("1", "2", () -> "ran"));
                assertEquals(1, holders("account/1") + holders("account/2"), "the transaction keeps none");
                transaction.commit();
            }
        }
    }

    @Test
    @DisplayName("C22: several keys are held until the transaction has ended, one of which it had before")
    void shouldHoldSeveralKeysUntilEndOfTransaction() throws Exception {
        transaction.begin();
        bean.transfer("1", "1", () -> "ran");
        assertEquals(2, bean.transfer("1", "2", () -> holders("account/1") + holders("account/2")));
        assertEquals(2, holders("account/1") + holders("account/2"), "kept by the transaction");
        assertBusy(() -> bean.transfer("2", "2", () -> "ran"));

        transaction.commit();
    }

    @Test
    @DisplayName("arguments are text: what looks like an expression in them is not evaluated")
    void shouldNotEvaluateArguments() throws Exception {
        String hostile = "#{order.class.name}";

        assertEquals(1, bean.ship(new Order(hostile), () -> holders("order/" + hostile)));
    }

    @Test
    @DisplayName("an argument that cannot be part of a key is refused by the names of method and parameter")
    void shouldRefuseNull() {
        String message = assertThrows(IllegalStateException.class, () -> bean.ship(new Order(null), () -> "ran"))
                .getMessage();
        assertTrue(
                message.contains("HOLDFAST-0032") && message.contains("ship") && message.contains("#{order.id}"),
                message);
        message = assertThrows(IllegalStateException.class, () -> bean.shipById(null, () -> "ran"))
                .getMessage();
        assertTrue(message.contains("HOLDFAST-0032") && message.contains("parameter id"), message);
    }

    private static void assertRefused(String id, String part, Executable call) {
        String message = assertThrows(IllegalStateException.class, call).getMessage();
        assertTrue(message.startsWith(id) && message.contains(part), message);
    }

    @Test
    @DisplayName("components of records are properties in expressions")
    void shouldReadComponentsOfRecords() throws Exception {
        assertEquals(1, bean.store(new Item("x1"), () -> holders("item/x1")));
        assertRefused("HOLDFAST-0032", "sku of #{item.sku}", () -> bean.store(new Item(null), () -> "ran"));
    }

    @Test
    @DisplayName("null within an expression is refused, and so is what has no text of its own")
    void shouldRefuseNullInExpressions() throws Exception {
        assertEquals(1, bean.join("a", 1, () -> holders("a-1")));
        assertRefused("HOLDFAST-0032", "first of #{first", () -> bean.join(null, "b", () -> "ran"));
        assertRefused("HOLDFAST-0032", "second of #{first", () -> bean.join("a", null, () -> "ran"));
        assertRefused("HOLDFAST-0033", "second of #{first", () -> bean.join("a", Set.of("b"), () -> "ran"));
    }

    @Test
    @DisplayName(
            "only what has one text in every JVM becomes part of a key: no date, no set, no client proxy of a bean without it")
    void shouldRefuseValuesOfManyTexts() throws Exception {
        assertEquals(1, bean.any(UUID.fromString("0-0-0-0-1"), () -> holders("any/" + new UUID(0, 1))));
        for (Object value : new Object[] {new Date(0), Set.of("a"), Optional.of("a"), new Object[0], bean, ejb}) {
            assertRefused("HOLDFAST-0033", "parameter", () -> bean.any(value, () -> "ran"));
        }
    }

    @Test
    @DisplayName("a stereotype and another interceptor binding may bring the lock, and an extension may add it")
    void shouldLockByStereotypeAndBinding() throws Exception {
        assertEquals(1, nightly.nightly(() -> {
            assertBusy(() -> nightly.nightly(() -> "ran"));
            return holders("nightly");
        }));
        assertEquals(1, nightly.oneAtATime(() -> holders("one-at-a-time")));
        assertEquals(1, nightly.own(() -> holders("own")));
        assertEquals(1, plain.call(() -> holders("added")));
    }
}
