// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockKey;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.postgres.config.LockerConfig;
import jakarta.ejb.Asynchronous;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LockedMethodTest {

    /** As applications have them. */
    public static class Order {
        private final Object id;

        Order(Object id) {
            this.id = id;
        }

        public Object getId() {
            return id;
        }
    }

    /** Its components are properties and methods. */
    public record Item(String sku) {}

    @SuppressWarnings("unused")
    static class Keys {
        @Locked("reports/daily")
        void constant() {}

        @Locked("order/#{order.id}")
        void byName(int count, Order order) {}

        @Locked("order/#{arg1.id}")
        void byPlace(int count, Order order) {}

        @Locked("#{item.sku()}/#{tags['a}']}\\#{x}\\${y}")
        void nested(Item item, Map<String, String> tags) {}

        @Locked({"account/#{from}", "account/#{to}"})
        void several(String from, String to) {}

        @Locked("order")
        void parameters(@LockKey String customer, String note, @LockKey long id) {}

        @Locked(
                value = "tuned/#{id}",
                name = "tuned",
                mode = LockMode.SHARED,
                ttl = 30,
                lease = Lease.ENFORCED,
                fenced = true,
                waitAtMost = 2,
                minHold = 3)
        void tuned(String id) {}
    }

    private static LockedMethod method(String name) {
        return LockedMethods.method(Keys.class, name);
    }

    private static List<String> keys(String name, Object... arguments) {
        return method(name).requests(arguments).stream().map(LockRequest::key).toList();
    }

    @Test
    void shouldMakeKeys() {
        Order order = new Order(42);

        assertAll(
                () -> assertEquals(List.of("reports/daily"), keys("constant")),
                () -> assertEquals(List.of("order/42"), keys("byName", 1, order)),
                () -> assertEquals(List.of("order/42"), keys("byPlace", 1, order)),
                () -> assertEquals(List.of("x1/y#{x}${y}"), keys("nested", new Item("x1"), Map.of("a}", "y"))),
                () -> assertEquals(List.of("account/1", "account/2"), keys("several", "1", "2")),
                () -> assertEquals(List.of("account/1"), keys("several", "1", "1"), "the same key is one lock"),
                () -> assertEquals(List.of("order/me/7"), keys("parameters", "me", null, 7L)));
    }

    @Test
    @DisplayName("arguments are inserted as text: an argument that looks like an expression is not evaluated")
    void shouldNotEvaluateArguments() {
        String hostile = "#{order.class.name}${1+1}";

        assertAll(
                () -> assertEquals(List.of("order/" + hostile), keys("byName", 1, new Order(hostile))),
                () -> assertEquals(List.of("account/" + hostile, "account/x"), keys("several", hostile, "x")),
                () -> assertEquals(List.of("order/" + hostile + "/1"), keys("parameters", hostile, null, 1L)));
    }

    @Test
    void shouldRefuseArgumentsThatCannotBePartOfKey() {
        assertAll(
                () -> assertRefused("byName", "HOLDFAST-0032", "#{order.id}", 1, new Order(null)),
                () -> assertRefused("byName", "HOLDFAST-0032", "#{order.id}", 1, null),
                () -> assertRefused("parameters", "HOLDFAST-0032", "customer", null, "note", 1L),
                () -> assertRefused("byName", "HOLDFAST-0033", "#{order.id}", 1, new Order(new Object())),
                () -> assertRefused("several", "HOLDFAST-0035", "surrogate", "\ud800", "x"),
                () -> assertRefused("parameters", "HOLDFAST-0035", "4096 bytes", "c".repeat(4089), "note", 1L),
                () -> assertRefused("byName", "HOLDFAST-0035", "1048582", 1, new Order("\u00e9".repeat(1 << 19))));
    }

    @Test
    @DisplayName("a key may have up to 4,096 bytes, and is not reported in full if it has more")
    void shouldLimitLengthOfKeys() {
        assertEquals(List.of("order/" + "c".repeat(4088) + "/1"), keys("parameters", "c".repeat(4088), "note", 1L));

        String message = assertThrows(IllegalStateException.class, () -> keys("several", "x", "\n".repeat(1 << 20)))
                .getMessage();

        assertTrue(message.length() < 2000, "not the key in full");
        assertEquals(1, message.lines().count(), message);
    }

    static void assertRefused(String name, String id, String part, Object... arguments) {
        String message = assertThrows(IllegalStateException.class, () -> keys(name, arguments))
                .getMessage();
        assertTrue(message.startsWith(id) && message.contains(name) && message.contains(part), message);
    }

    @Test
    void shouldTellWhatCannotBeEvaluatedWithoutTheValue() {
        Map<String, String> tags = Map.of("secret", "value");

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> keys("nested", new Object[] {"no item", tags}));

        assertTrue(refused.getMessage().startsWith("HOLDFAST-0034"), refused.getMessage());
        assertFalse(refused.getMessage().contains("value"), refused.getMessage());
    }

    @Test
    void shouldMakeRequests() {
        LockRequest tuned = method("tuned").requests(new Object[] {"7"}).get(0);
        LockRequest plain =
                method("byName").requests(new Object[] {1, new Order(1)}).get(0);

        assertAll(
                () -> assertEquals(
                        LockRequest.of("tuned/7")
                                .name("tuned")
                                .mode(LockMode.SHARED)
                                .enforcedTtl(Duration.ofSeconds(30))
                                .fenced(true),
                        tuned),
                () -> assertEquals(Duration.ofSeconds(2), method("tuned").waitAtMost(tuned)),
                () -> assertEquals(
                        LockerConfig.DEFAULT.waitAtMost(), method("byName").waitAtMost(plain), "as configured"),
                () -> assertEquals(Duration.ofSeconds(3), method("tuned").minHold()),
                () -> assertEquals(LockRequest.of("order/1").name("order/#{order.id}"), plain));
    }

    @SuppressWarnings("unused")
    static class Skipping {
        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        void nothing() {}

        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        int number() {
            return 1;
        }

        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        boolean truth() {
            return true;
        }

        @Locked(value = "k", ifBusy = IfBusy.SKIP, waitAtMost = 1)
        String text() {
            return "";
        }

        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        Optional<String> optional() {
            return Optional.of("");
        }

        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        CompletionStage<String> stage() {
            return CompletableFuture.completedStage("");
        }

        @Asynchronous
        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        Future<String> future() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Test
    void shouldDefineResultsOfSkippedMethods() {
        assertAll(
                () -> assertNull(LockedMethods.method(Skipping.class, "nothing").resultIfSkipped()),
                () -> assertEquals(
                        0, LockedMethods.method(Skipping.class, "number").resultIfSkipped()),
                () -> assertEquals(
                        false, LockedMethods.method(Skipping.class, "truth").resultIfSkipped()),
                () -> assertNull(LockedMethods.method(Skipping.class, "text").resultIfSkipped()),
                () -> assertEquals(
                        Optional.empty(),
                        LockedMethods.method(Skipping.class, "optional").resultIfSkipped()),
                () -> assertTrue(completed("stage").isDone()),
                () -> assertTrue(completed("future").isDone()),
                () -> assertEquals(LockRequest.IMMEDIATE, wait("nothing"), "no wait by default"),
                () -> assertEquals(Duration.ofSeconds(1), wait("text")));
    }

    private static CompletableFuture<?> completed(String name) {
        return assertInstanceOf(
                CompletableFuture.class,
                LockedMethods.method(Skipping.class, name).resultIfSkipped());
    }

    private static Duration wait(String name) {
        return LockedMethods.waitOf(LockedMethods.method(Skipping.class, name));
    }
}
