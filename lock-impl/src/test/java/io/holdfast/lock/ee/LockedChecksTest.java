// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockKey;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.MessageDriven;
import java.lang.reflect.Method;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.eclipse.microprofile.faulttolerance.Asynchronous;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every mistake is found, told once, and by the name of the method. */
class LockedChecksTest {

    private static final String LONG_NAME = "0123456789012345678901234567890123456789"
            + "0123456789012345678901234567890123456789012345678901234567890";

    /** Each method has the mistake that {@link #MISTAKES} tells of. */
    @SuppressWarnings("unused")
    static class Wrong {
        @Locked("")
        void empty() {}

        @Locked({})
        void none() {}

        @Locked({"a", ""})
        void oneEmpty() {}

        @Locked("order/#{id")
        void noEnd(String id) {}

        @Locked("order/#{}")
        void noExpression() {}

        @Locked("order/#{id +}")
        void malformed(String id) {}

        @Locked("order/${id}")
        void dollar(String id) {}

        @Locked("order/#{ident}")
        void unknown(String id) {}

        @Locked("order/#{arg1}")
        void outOfRange(String id) {}

        @Locked("order/#{Runtime.getRuntime()}")
        void imports(String id) {}

        @Locked("order/#{id}")
        void expressionAndParameter(@LockKey String id) {}

        @Locked({"a", "b"})
        void severalAndParameter(@LockKey String id) {}

        @Locked("order")
        void array(@LockKey byte[] id) {}

        void noLock(@LockKey String id) {}

        @Locked(value = "k", waitAtMost = -7)
        void negativeWait() {}

        @Locked(value = "k", ttl = 0)
        void noTtl() {}

        @Locked(value = "k", minHold = -1)
        void negativeHold() {}

        @Locked(value = "k", minHold = 5, ttl = 5)
        void holdAboveTtl() {}

        @Locked(value = "k", waitAtMost = 1, unit = ChronoUnit.MONTHS)
        void inexactUnit() {}

        @Locked(value = "k", ttl = Long.MAX_VALUE, unit = ChronoUnit.DAYS)
        void tooLong() {}

        @Locked(value = "k", lease = Lease.ENFORCED)
        void enforcedWithoutTtl() {}

        @Locked(value = "k", scope = LockScope.TRANSACTION, ttl = 5)
        void transactionWithTtl() {}

        @Locked(value = "k", scope = LockScope.TRANSACTION, fenced = true)
        void transactionWithToken() {}

        @Locked(value = "k", scope = LockScope.TRANSACTION, minHold = 5)
        void transactionWithHold() {}

        @Locked(value = "k", ifBusy = IfBusy.SKIP, waitAtMost = Locked.UNLIMITED)
        void neverBusy() {}

        @Locked(LONG_NAME)
        void longName() {}

        @Locked("k")
        private void hidden() {}

        @Locked("k")
        static void ofClass() {}

        @Locked("k")
        final void last() {}

        @PostConstruct
        @Locked("k")
        void callback() {}

        @Locked("k")
        SpecialFuture ownStage() {
            return null;
        }

        @Asynchronous
        @Locked("k")
        Future<String> elsewhere() {
            return null;
        }
    }

    static class SpecialFuture extends CompletableFuture<String> {}

    private static final Map<String, String> MISTAKES = new TreeMap<>(Map.ofEntries(
            Map.entry("empty", "must not be empty"),
            Map.entry("none", "no key"),
            Map.entry("oneEmpty", "must not be empty"),
            Map.entry("noEnd", "has no end"),
            Map.entry("noExpression", "malformed expression #{}"),
            Map.entry("malformed", "malformed expression #{id +}"),
            Map.entry("dollar", "not with ${"),
            Map.entry("unknown", "names ident, which is no parameter"),
            Map.entry("outOfRange", "names arg1, which is no parameter"),
            Map.entry("imports", "names Runtime, which is no parameter"),
            Map.entry("expressionAndParameter", "@LockKey goes with one key"),
            Map.entry("severalAndParameter", "@LockKey goes with one key"),
            Map.entry("array", "an array cannot be"),
            Map.entry("noLock", "but no @Locked"),
            Map.entry("negativeWait", "waitAtMost must be"),
            Map.entry("noTtl", "ttl must be"),
            Map.entry("negativeHold", "minHold must be"),
            Map.entry("holdAboveTtl", "below the ttl"),
            Map.entry("inexactUnit", "unit must be"),
            Map.entry("tooLong", "too long"),
            Map.entry("enforcedWithoutTtl", "needs a ttl"),
            Map.entry("transactionWithTtl", "scope TRANSACTION"),
            Map.entry("transactionWithToken", "scope TRANSACTION"),
            Map.entry("transactionWithHold", "scope TRANSACTION"),
            Map.entry("neverBusy", "ifBusy = SKIP has no sense"),
            Map.entry("longName", "at most 100"),
            Map.entry("hidden", "private method"),
            Map.entry("ofClass", "static method"),
            Map.entry("last", "final method"),
            Map.entry("callback", "no business method"),
            Map.entry("ownStage", "CompletionStage or CompletableFuture"),
            Map.entry("elsewhere", "return CompletionStage")));

    @Test
    @DisplayName("C24: each mistake is told once, by the name of the method")
    void shouldTellEachMistake() {
        Map<String, String> told = LockedChecks.of(Wrong.class).problems().stream()
                .collect(Collectors.toMap(LockedChecksTest::methodName, problem -> problem));

        assertEquals(MISTAKES.keySet(), new TreeMap<>(told).keySet());
        MISTAKES.forEach((name, words) -> {
            String problem = told.get(name);
            assertTrue(problem.startsWith("HOLDFAST-0110") && problem.contains(words), problem);
            assertTrue(problem.contains(Wrong.class.getName()), problem);
        });
    }

    private static String methodName(String problem) {
        String before = problem.substring(0, problem.indexOf('(', "HOLDFAST-0110: @Locked on ".length()));
        return before.substring(before.lastIndexOf('.') + 1);
    }

    @SuppressWarnings("unused")
    @Locked("order/#{id}")
    static class OfClass {
        void fits(String id) {}

        void lacksParameter(String other) {}

        @Locked("mine")
        void own() {}

        final void last(String id) {}

        private void hidden() {}

        static void ofClass() {}

        @PostConstruct
        void callback() {}
    }

    static class Inheriting extends OfClass {
        @Override
        void lacksParameter(String id) {}
    }

    @Locked("k")
    static final class Final {
        void method() {}
    }

    interface Marked {
        @Locked("k")
        void method();
    }

    static class Implementing implements Marked {
        @Override
        public void method() {}
    }

    @MessageDriven
    static class Message {
        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        void onMessage(Object message) {}
    }

    private static void assertProblems(Class<?> type, String... words) {
        List<String> problems = LockedChecks.of(type).problems();
        assertEquals(words.length, problems.size(), problems::toString);
        Arrays.stream(words)
                .forEach(word -> assertTrue(
                        problems.stream().anyMatch(problem -> problem.contains(word)), () -> word + ": " + problems));
    }

    @Test
    @DisplayName("C24: the annotation of a class is checked for every method that it stands for")
    void shouldCheckClasses() {
        assertProblems(OfClass.class, "lacksParameter", "a final method");
        assertProblems(Inheriting.class, "a final method");
        assertProblems(Final.class, "a final class");
        assertProblems(Implementing.class, "of an interface");
        assertProblems(Marked.class, "of an interface");
        assertProblems(Message.class, "loses the message");
        assertProblems(SessionLockInterceptor.class);
        assertProblems(LockedMethodTest.Keys.class);
        assertProblems(LockedMethodTest.Skipping.class);
    }

    @SuppressWarnings("unused")
    @Locked("order/#{id}")
    static class Named {
        void method(String id) {}
    }

    @Test
    @DisplayName("C24: names of parameters in classes that were compiled without them")
    void shouldTellMissingNames() throws Exception {
        Method withoutNames = String.class.getMethod("concat", String.class);
        Locked named = Named.class.getAnnotation(Locked.class);

        String problem = assertThrows(
                        IllegalStateException.class,
                        () -> new LockedMethod(String.class, withoutNames, named, Settings.UNSET))
                .getMessage();

        assertTrue(problem.contains("-parameters") && problem.contains("concat"), problem);
    }
}
