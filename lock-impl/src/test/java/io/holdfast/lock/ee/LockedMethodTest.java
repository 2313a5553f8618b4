// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

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
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** A record has no property that expressions know, but methods. */
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
        return method(Keys.class, name);
    }

    private static LockedMethod method(Class<?> type, String name) {
        return LockedMethod.of(type, only(type, name), domain -> Settings.UNSET);
    }

    private static Method only(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> keys(String name, Object... arguments) {
        return method(name).requests(arguments).stream().map(LockRequest::key).toList();
    }

    static class Configured {
        @Locked(value = "order", waitAtMost = 1, ttl = 20)
        void order() {}

        @Locked("timer")
        void timer() {}

        @Locked(value = "skipping", ifBusy = IfBusy.SKIP)
        void skipping() {}
    }

    private static LockedMethod configured(String name, Map<String, String> values) {
        Settings settings = Settings.read(
                new SettingsSource(key -> Optional.ofNullable(values.get(key)), values.keySet(), Set.of()));
        return LockedMethod.of(Configured.class, only(Configured.class, name), domain -> settings);
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
    @DisplayName("arguments are text: what looks like an expression in them is not evaluated")
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

    private static void assertRefused(String name, String id, String part, Object... arguments) {
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
                                .fenced(true)
                                .waitAtMost(Duration.ofSeconds(2))
                                .releaseAfterTransaction(true),
                        tuned),
                () -> assertEquals(Duration.ofSeconds(3), method("tuned").minHold()),
                () -> assertEquals(
                        LockRequest.of("order/1").name("order/#{order.id}").releaseAfterTransaction(true), plain));
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

        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        Future<String> future() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Test
    void shouldDefineResultsOfSkippedMethods() {
        assertAll(
                () -> assertNull(method(Skipping.class, "nothing").resultIfSkipped()),
                () -> assertEquals(0, method(Skipping.class, "number").resultIfSkipped()),
                () -> assertEquals(false, method(Skipping.class, "truth").resultIfSkipped()),
                () -> assertNull(method(Skipping.class, "text").resultIfSkipped()),
                () -> assertEquals(
                        Optional.empty(), method(Skipping.class, "optional").resultIfSkipped()),
                () -> assertTrue(completed("stage").isDone()),
                () -> assertTrue(completed("future").isDone()),
                () -> assertEquals(LockRequest.IMMEDIATE, wait("nothing"), "no wait by default"),
                () -> assertEquals(Duration.ofSeconds(1), wait("text")));
    }

    private static CompletableFuture<?> completed(String name) {
        return assertInstanceOf(
                CompletableFuture.class, method(Skipping.class, name).resultIfSkipped());
    }

    private static Duration wait(String name) {
        return method(Skipping.class, name).requests(new Object[0]).get(0).waitAtMost();
    }

    @Test
    @DisplayName("without Jakarta Expression Language constants work, and expressions say what is missing")
    void shouldNeedNoExpressionLanguage() throws Exception {
        try (URLClassLoader server = new WithoutExpressionLanguage()) {
            Class<?> checks = server.loadClass(LockedChecks.class.getName());
            Method of = checks.getDeclaredMethod("of", Class.class);
            Method problems = checks.getDeclaredMethod("problems");
            of.setAccessible(true);
            problems.setAccessible(true);

            List<?> found = (List<?>) problems.invoke(of.invoke(null, server.loadClass(Keys.class.getName())));

            assertEquals(5, found.size(), found::toString);
            assertTrue(
                    found.stream().allMatch(problem -> problem.toString().contains("which this server lacks")),
                    found::toString);
        }
    }

    /** Loads the library anew. */
    private static final class WithoutExpressionLanguage extends URLClassLoader {

        private WithoutExpressionLanguage() {
            super(new URL[0], LockedMethodTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("jakarta.el.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.holdfast.lock.ee.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (java.io.IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void shouldLetSettingsGoBeforeTheAnnotation() {
        LockedMethod method = configured(
                "timer",
                Map.of(
                        "holdfast.lock.timer.if-busy", "skip",
                        "holdfast.lock.timer.min-hold", "3s",
                        "holdfast.lock.timer.mode", "shared"));
        LockRequest request = method.requests(new Object[0]).get(0);

        assertEquals(IfBusy.SKIP, method.ifBusy());
        assertEquals(Duration.ofSeconds(3), method.minHold());
        assertEquals(LockMode.SHARED, request.mode());
        assertEquals(LockRequest.IMMEDIATE, request.waitAtMost(), "as SKIP has it");
        assertEquals(IfBusy.FAIL, configured("timer", Map.of()).ifBusy());
        assertEquals(
                Duration.ofSeconds(1),
                configured("order", Map.of()).requests(new Object[0]).get(0).waitAtMost());
    }

    @ParameterizedTest
    @CsvSource({
        "order, min-hold, 20s, minHold must be below the ttl",
        "skipping, wait-at-most, unlimited, with an UNLIMITED wait it is never busy"
    })
    void shouldRefuseWhatDoesNotGoWithTheAnnotation(String name, String setting, String value, String problem) {
        Map<String, String> values = Map.of("holdfast.lock." + name + "." + setting, value);
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> configured(name, values));

        assertTrue(refused.getMessage().startsWith("HOLDFAST-0052"), refused.getMessage());
        assertTrue(refused.getMessage().contains(problem), refused.getMessage());
    }
}
