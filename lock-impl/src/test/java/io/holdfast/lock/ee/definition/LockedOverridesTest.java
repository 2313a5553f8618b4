// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static io.holdfast.lock.ee.definition.LockedChecksTest.assertProblems;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.settings.Settings;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Methods that override a locked one, or that a compiler has bridged. */
class LockedOverridesTest {

    abstract static class Base<T> {
        @Locked("k")
        abstract void implemented();

        @Locked("k")
        void overridden() {}

        @Locked("k")
        void generic(T value) {}

        @Locked("k")
        void repeated() {}
    }

    static class Derived extends Base<String> {
        @Override
        void implemented() {}

        @Override
        void overridden() {}

        @Override
        void generic(String value) {}

        @Override
        @Locked("k")
        void repeated() {}
    }

    @Locked("k")
    static class Covered extends Derived {
        @Override
        void overridden() {}

        @Override
        void generic(String value) {}
    }

    @SuppressWarnings("unused")
    static class NotPublic<T> {
        @Locked("x/{id}")
        public void braces(String id) {}

        @Locked("x/#{nope}")
        public void unknown(String id) {}

        @Locked("k")
        public IntStream stream() {
            return null;
        }

        @Locked("x/#{id}")
        public String right(String id) {
            return id;
        }

        @Locked("k")
        public void generic(T value) {}

        @Locked("k")
        public Object covariant(Object value) {
            return value;
        }

        @Locked("x/{value}")
        public void overloaded(Object value) {}
    }

    /** Compilers give it a bridge to each method that it inherits. */
    public static class Public extends NotPublic<String> {
        @Override
        public void generic(String value) {}

        @Override
        public String covariant(Object value) {
            return "";
        }

        public void overloaded(String value) {}
    }

    @Test
    @DisplayName("an override that loses the annotation is found, unless its class has it")
    void shouldFindOverridesWithoutAnnotation() {
        assertEquals(
                Map.of("overridden", "Base", "generic", "Base"),
                LockedChecks.of(Derived.class).overriding().entrySet().stream()
                        .collect(Collectors.toMap(
                                entry -> entry.getKey().getName(),
                                entry -> entry.getValue().getDeclaringClass().getSimpleName())));
        assertEquals(Map.of(), LockedChecks.of(Covered.class).overriding());
    }

    @Test
    @DisplayName("C24: what a public bean inherits from a class that is not public is checked, too")
    void shouldCheckWhatIsBehindBridges() throws Exception {
        assertProblems(Public.class, "braces", "unknown", "stream", "NotPublic.overloaded");
        assertEquals(
                Set.of("generic", "covariant"),
                LockedChecks.of(Public.class).overriding().keySet().stream()
                        .map(Method::getName)
                        .collect(Collectors.toSet()));
    }

    @Test
    @DisplayName("a call that comes through a bridge has the key of the method behind it")
    void shouldMakeKeysBehindBridges() throws Exception {
        Method bridge = Public.class.getMethod("right", String.class);
        assertTrue(bridge.isBridge());

        LockedMethod method =
                new LockedExtension().parse(new LockedTarget(Public.class, bridge), domain -> Settings.UNSET);

        assertEquals("x/7", method.requests(new Object[] {"7"}).get(0).key());
    }
}
