// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

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
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.settings.SettingsSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import jakarta.ejb.Asynchronous;
import jakarta.enterprise.inject.Stereotype;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.interceptor.InterceptorBinding;
import java.io.InputStream;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
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

    /** Its components are properties and methods. */
    public record Item(String sku) {}

    /** With a component that is named as a property of a bean is not. */
    public record Line(Item item, Integer count) {
        public String getNote() {
            return "note";
        }

        @Override
        public Integer count() {
            if (count == 0) {
                throw new IllegalArgumentException("no items");
            }
            return count;
        }
    }

    @SuppressWarnings("unused")
    static class Expressions {
        @Locked("line/#{line.item.sku}/#{line.count}/#{line.note}")
        void ofRecord(Line line) {}

        @Locked("#{a += '-' += b}")
        void joined(Object a, Object b) {}

        @Locked("#{order.id += ''}")
        void joinedProperty(Order order) {}

        @Locked("#{a + b}")
        void added(Object a, Object b) {}

        @Locked("#{list.size()}")
        void size(List<String> list) {}

        @Locked("#{order.id == null ? 'new' : order.id}")
        void comparedWithNull(Order order) {}

        @Locked("#{empty tags ? 'none' : 'some' += id}")
        void empty(List<String> tags, String id) {}

        @Locked("#{a.id == null ? 0 : 1 + b.id}")
        void otherOfSameName(Order a, Order b) {}

        @Locked("#{(a.id == null ? 0 : 1) + id}")
        void otherOfSameLastName(Order a, Integer id) {}

        @Locked("#{a + b == null ? 0 : a + b}")
        void comparedSum(Integer a, Integer b) {}

        @Locked("#{empty(tags) ? 'none' : tags.size()}")
        void emptyInParentheses(List<String> tags) {}

        @Locked("#{(id) == null ? 'new' : id}")
        void inParentheses(String id) {}

        @Locked("#{item.sku() == null ? 'none' : item.sku()}")
        void comparedResult(Item item) {}

        @Locked("#{null != tags['a.b'] and id ne null ? tags['a.b'] : 'none'}")
        void comparedElement(Map<String, String> tags, String id) {}

        @Locked("#{tags[id] eq null ? 0 : 1 + tags[other]}")
        void comparedByVariable(Map<String, Integer> tags, String id, String other) {}

        @Locked("#{'(b == null)' += a += b}")
        void comparisonInText(String a, String b) {}

        @Locked("#{empty tags ? 'none' : 'some' += tags}")
        void emptyAndJoined(Set<String> tags) {}

        @Locked("#{(at.after(limit) ? 'late' : 'early') += '/' += id}")
        void argument(Date at, Date limit, long id) {}

        @Locked("#{(ids.contains(item) ? 'a' : 'b') += '/' += counts[item]}")
        void argumentAndElement(List<Object> ids, Object item, Map<Object, Integer> counts) {}

        @Locked("#{'x' += id.concat(other) += others}")
        void argumentAndJoined(String id, String other, Object others) {}

        @Locked("#{'x' += e}")
        void joinedEnum(Object e) {}

        @Locked("#{'x' += e.name()}")
        void joinedNameOfEnum(Object e) {}
    }

    /** Its texts are not its names. */
    public enum Grade {
        A;

        @Override
        public String toString() {
            return "aa";
        }
    }

    record Graded(Grade grade) {}

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
        return LockedMethod.of(new LockedTarget(type, only(type, name)), domain -> Settings.UNSET);
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

        @Locked(
                value = {"first/a.b", "second"},
                ttl = 20)
        void two() {}

        @Locked(value = "skipping", ifBusy = IfBusy.SKIP)
        void skipping() {}
    }

    private static LockedMethod configured(String name, Map<String, String> values) {
        return configured(name, values, values.keySet());
    }

    /** By a source that lists these names. */
    private static LockedMethod configured(String name, Map<String, String> values, Set<String> listed) {
        Settings settings =
                Settings.read(new SettingsSource(key -> Optional.ofNullable(values.get(key)), listed, Set.of()));
        return LockedMethod.of(new LockedTarget(Configured.class, only(Configured.class, name)), domain -> settings);
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

    private static String key(String name, Object... arguments) {
        return method(Expressions.class, name).requests(arguments).get(0).key();
    }

    private static void assertExpressionRefused(String name, String id, String part, Object... arguments) {
        String message = assertThrows(IllegalStateException.class, () -> key(name, arguments))
                .getMessage();
        assertTrue(message.startsWith(id) && message.contains(name) && message.contains(part), message);
    }

    @Test
    @DisplayName("components of records are properties, whatever the version of Expression Language")
    void shouldReadComponentsOfRecords() {
        assertEquals("line/x1/2/note", key("ofRecord", new Line(new Item("x1"), 2)));
        assertExpressionRefused("ofRecord", "HOLDFAST-0032", "item of #{line.item.sku}", new Line(null, 2));
        assertExpressionRefused("ofRecord", "HOLDFAST-0032", "Check the argument before the call", new Line(null, 2));
        assertExpressionRefused("ofRecord", "HOLDFAST-0034", "#{line.count}", new Line(new Item("x1"), 0));
    }

    @Test
    @DisplayName("null within an expression does not become 0 or the empty text")
    void shouldRefuseNullInExpressions() {
        assertEquals("x-1", key("joined", "x", 1));
        assertEquals("3", key("added", 1, 2));
        assertExpressionRefused("joined", "HOLDFAST-0032", "a of #{a", null, "x");
        assertExpressionRefused("joined", "HOLDFAST-0032", "b of #{a", "x", null);
        assertExpressionRefused("added", "HOLDFAST-0032", "b of #{a + b}", 1, null);
        assertExpressionRefused("joinedProperty", "HOLDFAST-0032", "id of #{order.id", new Order(null));
        assertExpressionRefused("joinedProperty", "HOLDFAST-0032", "order of #{order.id", new Object[] {null});
    }

    @Test
    @DisplayName("an expression may ask for null itself")
    void shouldLetExpressionsCompareWithNull() {
        assertEquals("new", key("comparedWithNull", new Order(null)));
        assertEquals("7", key("comparedWithNull", new Order(7)));
        assertEquals("none", key("empty", null, null).substring(0, 4));
        assertEquals("some1", key("empty", List.of("a"), "1"));
        assertExpressionRefused("comparedWithNull", "HOLDFAST-0032", "order of #{", new Object[] {null});
        assertExpressionRefused("empty", "HOLDFAST-0032", "id of #{", List.of("a"), null);
    }

    @Test
    @DisplayName("null is allowed for the chain that is compared with it, and not for others that end in the same name")
    void shouldAllowNullForWholeChains() {
        assertEquals("6", key("otherOfSameName", new Order(1), new Order(5)));
        assertEquals("0", key("otherOfSameName", new Order(null), new Order(null)));
        assertExpressionRefused("otherOfSameName", "HOLDFAST-0032", "id of #{", new Order(1), new Order(null));
        assertExpressionRefused("otherOfSameLastName", "HOLDFAST-0032", "id of #{", new Order(1), null);
        assertExpressionRefused("comparedSum", "HOLDFAST-0032", "b of #{", 1, null);
        assertExpressionRefused("comparedByVariable", "HOLDFAST-0032", "b of #{", Map.of("a", 1), "a", "b");
        assertExpressionRefused("comparisonInText", "HOLDFAST-0032", "b of #{", "a", null);
    }

    @Test
    @DisplayName("what is compared with null may be in parentheses, the result of a method, or an element")
    void shouldAllowNullForEveryChain() {
        assertEquals("none", key("emptyInParentheses", new Object[] {null}));
        assertEquals("new", key("inParentheses", new Object[] {null}));
        assertEquals("none", key("comparedResult", new Item(null)));
        assertEquals("x", key("comparedResult", new Item("x")));
        assertEquals("none", key("comparedElement", Map.of(), "1"));
        assertEquals("none", key("comparedElement", Map.of("a.b", "x"), null));
        assertEquals("x", key("comparedElement", Map.of("a.b", "x"), "1"));
        assertEquals("0", key("comparedByVariable", Map.of(), "a", "b"));
        assertEquals("3", key("comparedByVariable", Map.of("a", 1, "b", 2), "a", "b"));
    }

    @Test
    @DisplayName("what an expression passes to a method, or finds an element by, is not joined")
    void shouldNotRefuseArguments() {
        Object item = new Object();

        assertEquals("early/7", key("argument", new Date(1), new Date(2), 7L));
        assertEquals("a/3", key("argumentAndElement", List.of(item), item, Map.of(item, 3)));
        assertExpressionRefused("argumentAndJoined", "HOLDFAST-0033", "others of #{", "a", "b", Set.of("c"));
        assertExpressionRefused("emptyAndJoined", "HOLDFAST-0033", "tags of #{", Set.of("c"));
    }

    @Test
    @DisplayName("an enum whose text is not its name is joined by its name only, since it is its name elsewhere")
    void shouldRefuseJoinedEnumsWithTextsOfTheirOwn() {
        assertEquals("xNEW", key("joinedEnum", Thread.State.NEW));
        assertEquals("xA", key("joinedNameOfEnum", Grade.A));
        assertExpressionRefused("joinedEnum", "HOLDFAST-0033", "Write name()", Grade.A);
        assertExpressionRefused("joinedEnum", "HOLDFAST-0033", "component grade", new Graded(Grade.A));
    }

    @Test
    @DisplayName("what an expression joins to a text has to have the same text in every JVM, too")
    void shouldRefuseWhatIsJoined() {
        assertEquals("2", key("size", List.of("a", "b")));
        assertEquals("7", key("joinedProperty", new Order(7)));
        assertExpressionRefused("joined", "HOLDFAST-0033", "b of #{a", "x", Set.of("y"));
        assertExpressionRefused("joined", "HOLDFAST-0033", "a of #{a", new Object(), "x");
        assertExpressionRefused("joinedProperty", "HOLDFAST-0033", "id of #{order.id", new Order(new java.util.Date()));
    }

    @Test
    @DisplayName("whatever fails in an expression has a message that names the method")
    void shouldReportEveryFailureOfExpressions() {
        Object failing = new Object() {
            @Override
            public String toString() {
                throw new IllegalArgumentException("no text");
            }
        };
        assertExpressionRefused("joined", "HOLDFAST-0034", "#{a", "x", failing);
        assertExpressionRefused("added", "HOLDFAST-0034", "#{a + b}", List.of(), 1);
        assertRefused("parameters", "HOLDFAST-0034", "customer", failing, null, 1L);
    }

    // ---- where the annotation is

    @InterceptorBinding
    @Locked("bound")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Bound {}

    @InterceptorBinding
    @Bound
    @Retention(RetentionPolicy.RUNTIME)
    @interface BoundTwice {}

    @Inherited
    @Stereotype
    @BoundTwice
    @Retention(RetentionPolicy.RUNTIME)
    @interface Stereotyped {}

    @Stereotype
    @Stereotyped
    @Retention(RetentionPolicy.RUNTIME)
    @interface StereotypedTwice {}

    @SuppressWarnings("unused")
    @StereotypedTwice
    static class ByStereotype {
        void plain() {}

        @BoundTwice
        void bound() {}

        @Locked("own")
        void own() {}
    }

    @SuppressWarnings("unused")
    @Stereotyped
    @Locked("class")
    static class ByClass {
        void plain() {}

        @Bound
        void bound() {}
    }

    @SuppressWarnings("unused")
    static class Inheriting extends ByClass {
        void more() {}
    }

    @Test
    @DisplayName("a stereotype or another interceptor binding may bring the annotation; the method's takes precedence")
    void shouldFindAnnotationsOfBindingsAndStereotypes() {
        assertAll(
                () -> assertEquals("bound", keyOf(ByStereotype.class, "plain")),
                () -> assertEquals("bound", keyOf(ByStereotype.class, "bound")),
                () -> assertEquals("own", keyOf(ByStereotype.class, "own")),
                () -> assertEquals("class", keyOf(ByClass.class, "plain")),
                () -> assertEquals("bound", keyOf(ByClass.class, "bound")),
                () -> assertEquals("class", keyOf(Inheriting.class, "more")),
                () -> assertEquals(
                        List.of(), LockedChecks.of(ByStereotype.class).problems()),
                () -> assertEquals(
                        List.of(), LockedChecks.of(StereotypedTwice.class).problems()));
    }

    private static String keyOf(Class<?> type, String name) {
        return method(type, name).requests(new Object[0]).get(0).key();
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
                                .releaseAfterTransaction(true),
                        tuned),
                () -> assertEquals(Duration.ofSeconds(2), method("tuned").waitAtMost(tuned)),
                () -> assertEquals(
                        LockerConfig.DEFAULT.waitAtMost(), method("byName").waitAtMost(plain), "as configured"),
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

        @Asynchronous
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
        return wait(method(Skipping.class, name));
    }

    private static Duration wait(LockedMethod method) {
        return method.waitAtMost(method.requests(new Object[0]).get(0));
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
        assertEquals(LockRequest.IMMEDIATE, wait(method), "as SKIP has it");
        assertEquals(IfBusy.FAIL, configured("timer", Map.of()).ifBusy());
        assertEquals(Duration.ofSeconds(1), wait(configured("order", Map.of())));
    }

    @Test
    @DisplayName("the wait is that set for the name of the first key, else the annotation's, else the configured one")
    void shouldFindWait() {
        Map<String, String> values = Map.of(
                "holdfast.wait-at-most", "9s",
                "holdfast.lock.order.wait-at-most", "3s",
                "holdfast.lock.second.wait-at-most", "4s",
                "holdfast.lock.timer.if-busy", "skip",
                "holdfast.lock.timer.wait-at-most", "5s");
        LockedMethod two = configured("two", values);
        List<LockRequest> requests = two.requests(new Object[0]);

        assertEquals(Duration.ofSeconds(3), wait(configured("order", values)));
        assertEquals(Duration.ofSeconds(5), wait(configured("timer", values)));
        assertEquals(Duration.ofSeconds(9), two.waitAtMost(requests.get(0)));
        assertEquals(Duration.ofSeconds(4), two.waitAtMost(requests.get(1)), "of those that are still to be acquired");
    }

    @Test
    @DisplayName(
            "what is set for the names of a method is found in sources that do not list the names of their settings")
    void shouldAskForSettingsByName() {
        Map<String, String> values = Map.of(
                "holdfast.lock.timer.if-busy", "skip",
                "holdfast.lock.first/a.b.min-hold", "3s",
                "holdfast.lock.second.ttl", "30s");

        assertEquals(IfBusy.SKIP, configured("timer", values, Set.of()).ifBusy());
        LockedMethod two = configured("two", values, Set.of());
        assertEquals(Duration.ofSeconds(3), two.minHold());
        assertEquals(
                List.of(Duration.ofSeconds(20), Duration.ofSeconds(30)),
                two.requests(new Object[0]).stream().map(LockRequest::ttl).toList());
        assertThrows(
                DeploymentException.class,
                () -> configured("order", Map.of("holdfast.lock.order.ttl", "soon"), Set.of()));
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
