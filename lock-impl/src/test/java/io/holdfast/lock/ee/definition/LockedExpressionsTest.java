// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static io.holdfast.lock.ee.definition.LockedMethodTest.assertRefused;
import static io.holdfast.lock.ee.definition.LockedMethods.method;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.definition.LockedMethodTest.Item;
import io.holdfast.lock.ee.definition.LockedMethodTest.Keys;
import io.holdfast.lock.ee.definition.LockedMethodTest.Order;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Keys of expressions: what they may be made of, and what has no text of its own. */
class LockedExpressionsTest {

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

    /** Loads the library again. */
    private static final class WithoutExpressionLanguage extends URLClassLoader {

        private WithoutExpressionLanguage() {
            super(new URL[0], LockedExpressionsTest.class.getClassLoader());
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
}
