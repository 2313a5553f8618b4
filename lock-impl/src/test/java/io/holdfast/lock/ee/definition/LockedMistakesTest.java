// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockKey;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PostConstruct;
import jakarta.interceptor.InterceptorBinding;
import jakarta.ws.rs.core.StreamingOutput;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.faulttolerance.Asynchronous;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every mistake is found, and reported once, by the name of the method. */
class LockedMistakesTest {

    private static final String LONG_NAME = "0123456789012345678901234567890123456789"
            + "0123456789012345678901234567890123456789012345678901234567890";

    /** Each method has the mistake that {@link #MISTAKES} describes. */
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

        @Locked("order/{id}")
        void braces(String id) {}

        @Locked("order/{ order.id }")
        void bracesWithProperty(Object order) {}

        @Locked("order/{arg0}")
        void bracesByPlace(String id) {}

        @Locked("order/{0}")
        void bracesByNumber(String id) {}

        @Locked("order/#id")
        void noBraces(String id) {}

        @Locked("order")
        void date(@LockKey Date day) {}

        @Locked("order")
        void sqlDate(@LockKey java.sql.Date day) {}

        @Locked("order")
        void list(@LockKey List<String> ids) {}

        @Locked("order")
        void optional(@LockKey Optional<String> id) {}

        @Locked("order")
        void recordWithList(@LockKey Tagged id) {}

        @Locked("order/#{ids}")
        void listInExpression(Set<String> ids) {}

        @Locked("order/#{order.tags}")
        void propertyOfRecord(Tagged order) {}

        @Locked("order/#{order.tags()}")
        void methodOfRecord(Tagged order) {}

        @Locked("order/#{order.day}")
        void propertyOfBean(Dated order) {}

        @Locked("k")
        Flow.Publisher<String> publisher() {
            return null;
        }

        @Locked("k")
        IntStream stream() {
            return null;
        }

        @Locked("k")
        Uni<String> uni() {
            return null;
        }

        @Locked("k")
        StreamingOutput output() {
            return null;
        }

        @Locked("k")
        Future<String> plainFuture() {
            return null;
        }

        @Locked("k")
        FutureTask<String> futureTask() {
            return null;
        }

        @First
        @Second
        void severalBindings() {}
    }

    record Tagged(List<String> tags) {}

    interface Dated {
        Date getDay();
    }

    @InterceptorBinding
    @Locked("first")
    @Retention(RetentionPolicy.RUNTIME)
    @interface First {}

    @InterceptorBinding
    @Locked("second")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Second {}

    static class SpecialFuture extends CompletableFuture<String> {}

    private static final Map<String, String> MISTAKES = new TreeMap<>(Map.ofEntries(
            Map.entry("empty", "must not be empty. Name what is locked"),
            Map.entry("none", "no key. Give it one"),
            Map.entry("oneEmpty", "must not be empty. Name what is locked"),
            Map.entry("noEnd", "has no end. Close it with }"),
            Map.entry("noExpression", "malformed expression #{}"),
            Map.entry("malformed", "malformed expression #{id +}"),
            Map.entry("dollar", "not with ${. Write #{"),
            Map.entry(
                    "unknown", "names ident, which is no parameter of the method. Correct it: the parameters are [id]"),
            Map.entry("outOfRange", "names arg1, which is no parameter"),
            Map.entry("imports", "names Runtime, which is no parameter"),
            Map.entry(
                    "expressionAndParameter",
                    "@LockKey can be combined with a single key without expressions only. Name the parameters"),
            Map.entry("severalAndParameter", "@LockKey can be combined with a single key"),
            Map.entry("array", "parameter id is of byte[], which cannot be part of a key"),
            Map.entry("noLock", "but no @Locked. Add @Locked"),
            Map.entry("negativeWait", "waitAtMost must be 0 or more, UNLIMITED or CONFIGURED. Leave it out"),
            Map.entry("noTtl", "ttl must be above 0, or UNLIMITED. Leave it out"),
            Map.entry("negativeHold", "minHold must be 0 or more. Leave it out"),
            Map.entry("holdAboveTtl", "below the ttl. Use a longer ttl"),
            Map.entry("inexactUnit", "no exact length. Use a unit up to DAYS"),
            Map.entry("tooLong", "too long. Use a smaller number"),
            Map.entry("enforcedWithoutTtl", "needs a ttl. Set ttl"),
            Map.entry("transactionWithTtl", "scope TRANSACTION"),
            Map.entry("transactionWithToken", "Use scope SESSION"),
            Map.entry("transactionWithHold", "no minHold. Use scope SESSION"),
            Map.entry("neverBusy", "ifBusy = SKIP makes no sense. Limit the wait"),
            Map.entry("longName", "at most 100 characters"),
            Map.entry(
                    "hidden", "private method cannot be intercepted, so it would run without its lock. Make it public"),
            Map.entry(
                    "ofClass",
                    "static method cannot be intercepted, so it would run without its lock. Make it an instance"),
            Map.entry("last", "final method cannot be intercepted, so it would run without its lock. Remove final"),
            Map.entry("callback", "no business method, so it would run without its lock. Move the work to"),
            Map.entry("ownStage", "Return CompletionStage or CompletableFuture"),
            Map.entry("elsewhere", "Return CompletionStage"),
            Map.entry("braces", "{id} is plain text, so all calls would have the same key. Write #{id}"),
            Map.entry("bracesWithProperty", "Write #{order.id}"),
            Map.entry("bracesByPlace", "Write #{arg0}"),
            Map.entry("bracesByNumber", "{0} is plain text, so all calls would have the same key. Write #{arg0}"),
            Map.entry("noBraces", "#id is plain text, so all calls would have the same key. Write #{id}"),
            Map.entry("date", "parameter day is of java.util.Date, which cannot be part of a key"),
            Map.entry("sqlDate", "parameter day is of java.sql.Date, which cannot be part of a key"),
            Map.entry("list", "parameter ids is of java.util.List, which cannot be part of a key"),
            Map.entry("optional", "parameter id is of java.util.Optional, which cannot be part of a key"),
            Map.entry("recordWithList", "its component tags is of java.util.List"),
            Map.entry("listInExpression", "#{ids} is of java.util.Set, which cannot be part of a key"),
            Map.entry("propertyOfRecord", "#{order.tags} is of java.util.List, which cannot be part of a key"),
            Map.entry("methodOfRecord", "#{order.tags()} is of java.util.List, which cannot be part of a key"),
            Map.entry("propertyOfBean", "#{order.day} is of java.util.Date, which cannot be part of a key"),
            Map.entry("publisher", "java.util.concurrent.Flow$Publisher, whose work comes after the method"),
            Map.entry(
                    "stream",
                    "java.util.stream.IntStream, whose work comes after the method, without the lock. Return"),
            Map.entry("uni", "io.smallrye.mutiny.Uni, whose work comes after the method"),
            Map.entry("output", "jakarta.ws.rs.core.StreamingOutput, whose work comes after the method"),
            Map.entry("plainFuture", "java.util.concurrent.Future, whose work may come after the method"),
            Map.entry("futureTask", "java.util.concurrent.FutureTask, whose work may come after the method"),
            Map.entry("severalBindings", "several bindings or stereotypes bring different ones. Put one @Locked")));

    @Test
    @DisplayName("C24: each mistake is reported once, by the name of the method, with what to do")
    void shouldReportEachMistake() {
        Map<String, String> told = LockedChecks.of(Wrong.class).problems().stream()
                .collect(Collectors.toMap(LockedMistakesTest::methodName, problem -> problem));

        assertEquals(MISTAKES.keySet(), new TreeMap<>(told).keySet());
        MISTAKES.forEach((name, words) -> {
            String problem = told.get(name);
            assertTrue(problem.startsWith("HOLDFAST-0110") && problem.contains(words), problem);
            assertTrue(problem.contains(Wrong.class.getName()), problem);
            assertTrue(problem.matches("(?s).*[.] [A-Z][a-z]+ [^.].*"), () -> "no remedy: " + problem);
        });
    }

    private static String methodName(String problem) {
        String before = problem.substring(0, problem.indexOf('(', "HOLDFAST-0110: @Locked on ".length()));
        return before.substring(before.lastIndexOf('.') + 1);
    }
}
