// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.it.beans.AddedLock;
import io.holdfast.lock.it.beans.KeyBean;
import io.holdfast.lock.it.beans.KeyBean.Item;
import io.holdfast.lock.it.beans.KeyBean.Order;
import io.holdfast.lock.it.beans.KeyEjb;
import io.holdfast.lock.it.beans.NightlyBean;
import io.holdfast.lock.it.beans.NightlyWork;
import io.holdfast.lock.it.beans.OneAtATime;
import io.holdfast.lock.it.beans.PlainBean;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Inject;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Keys of {@code @Locked} made of arguments, with the server's own Jakarta Expression Language, in an EAR. */
@ArquillianTest
public class LockedKeysIT extends ServerTest {

    @Inject
    private KeyBean bean;

    @Inject
    private KeyEjb ejb;

    @Inject
    private NightlyBean nightly;

    @Inject
    private PlainBean plain;

    @Deployment
    static EnterpriseArchive deployment() {
        EnterpriseArchive ear = Archives.testEar(
                LockedKeysIT.class,
                Map.of(),
                KeyBean.class,
                KeyEjb.class,
                NightlyWork.class,
                OneAtATime.class,
                NightlyBean.class,
                PlainBean.class,
                AddedLock.class);
        // Without a beans.xml, an archive that has an extension is no bean archive.
        Archives.ejbs(ear)
                .addAsServiceProvider(Extension.class, AddedLock.class)
                .addAsManifestResource(EmptyAsset.INSTANCE, "beans.xml");
        return ear;
    }

    @Override
    String[] keys() {
        return new String[] {"order/42", "account/1", "account/2"};
    }

    @Test
    @DisplayName("C1, C4: arguments determine the key; a key built by parameter name, by position or by @LockKey"
            + " identifies the same lock")
    void shouldMakeKeysOfArguments() throws Exception {
        assertEquals(1, bean.ship(new Order(42), () -> {
            assertBusy(() -> ejb.ship(42, () -> "ran"));
            assertBusy(() -> bean.shipById(42, () -> "ran"));
            assertEquals("ran", onAnotherThread(() -> ejb.ship(43, () -> "ran")));
            return holdersOf("order/42");
        }));
        assertEquals(1, ejb.ship(42, () -> holdersOf("order/42")));
        assertEquals(1, bean.shipById(42, () -> holdersOf("order/42")));
    }

    @Test
    @DisplayName("C9: several keys are acquired together, all or none; equal keys are one lock")
    void shouldLockSeveralKeys() throws Exception {
        assertEquals(2, bean.transfer("2", "1", () -> {
            assertBusy(() -> bean.transfer("1", "2", () -> "ran"));
            return holdersOf("account/1", "account/2");
        }));
        assertEquals(1, bean.transfer("1", "1", () -> holdersOf("account/1")));
        for (String busy : new String[] {"account/1", "account/2"}) {
            try (LockHandle handle = locker.acquire(LockRequest.of(busy))) {
                assertBusy(() -> bean.transfer("1", "2", () -> "ran"));
                assertEquals(1, holdersOf("account/1", "account/2"), "none but that of " + handle);

                transaction.begin();
                assertThrows(LockNotAcquiredException.class, () -> bean.transfer("1", "2", () -> "ran"));
                assertEquals(1, holdersOf("account/1", "account/2"), "the transaction keeps none");
                transaction.commit();
            }
        }
    }

    @Test
    @DisplayName("C22: several keys are held until the transaction has ended, including a key that it already held")
    void shouldHoldSeveralKeysUntilEndOfTransaction() throws Exception {
        transaction.begin();
        bean.transfer("1", "1", () -> "ran");
        assertEquals(2, bean.transfer("1", "2", () -> holdersOf("account/1", "account/2")));
        assertEquals(2, holdersOf("account/1", "account/2"), "kept by the transaction");
        assertBusy(() -> bean.transfer("2", "2", () -> "ran"));

        transaction.commit();
    }

    @Test
    @DisplayName("arguments are inserted as text: an argument that looks like an expression is not evaluated")
    void shouldNotEvaluateArguments() throws Exception {
        String hostile = "#{order.class.name}";

        assertEquals(1, bean.ship(new Order(hostile), () -> holdersOf("order/" + hostile)));
    }

    @Test
    @DisplayName("an argument that cannot be part of a key is refused with a message that names the method and the"
            + " parameter")
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
    @DisplayName("expressions can read the components of records as properties")
    void shouldReadComponentsOfRecords() throws Exception {
        assertEquals(1, bean.store(new Item("x1"), () -> holdersOf("item/x1")));
        assertRefused("HOLDFAST-0032", "sku of #{item.sku}", () -> bean.store(new Item(null), () -> "ran"));
    }

    @Test
    @DisplayName("within an expression, null is refused, and so is a value whose text is not the same in every JVM")
    void shouldRefuseNullInExpressions() throws Exception {
        assertEquals(1, bean.join("a", 1, () -> holdersOf("a-1")));
        assertRefused("HOLDFAST-0032", "first of #{first", () -> bean.join(null, "b", () -> "ran"));
        assertRefused("HOLDFAST-0032", "second of #{first", () -> bean.join("a", null, () -> "ran"));
        assertRefused("HOLDFAST-0033", "second of #{first", () -> bean.join("a", Set.of("b"), () -> "ran"));
    }

    @Test
    @DisplayName("a key accepts only values with the same text in every JVM: no Date, no Set, no client proxy of a bean"
            + " without toString()")
    void shouldRefuseValuesOfManyTexts() throws Exception {
        assertEquals(1, bean.any(UUID.fromString("0-0-0-0-1"), () -> holdersOf("any/" + new UUID(0, 1))));
        for (Object value : new Object[] {new Date(0), Set.of("a"), Optional.of("a"), new Object[0], bean, ejb}) {
            assertRefused("HOLDFAST-0033", "parameter", () -> bean.any(value, () -> "ran"));
        }
    }

    @Test
    @DisplayName(
            "@Locked can come from a stereotype or from another interceptor binding, and a CDI extension can add it")
    void shouldLockByStereotypeAndBinding() throws Exception {
        assertEquals(1, nightly.nightly(() -> {
            assertBusy(() -> nightly.nightly(() -> "ran"));
            return holdersOf("nightly");
        }));
        assertEquals(1, nightly.oneAtATime(() -> holdersOf("one-at-a-time")));
        assertEquals(1, nightly.own(() -> holdersOf("own")));
        assertEquals(1, plain.call(() -> holdersOf("added")));
    }
}
