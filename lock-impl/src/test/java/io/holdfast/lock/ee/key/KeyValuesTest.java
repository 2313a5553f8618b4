// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CompiledClasses;
import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.CharBuffer;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only values whose text is the same in every JVM become part of a key. */
class KeyValuesTest {

    enum Color {
        RED {
            @Override
            public String toString() {
                return "a red " + System.identityHashCode(this);
            }
        },
        BLUE
    }

    static class OrderId {
        @Override
        public String toString() {
            return "order-1";
        }
    }

    static class SpecialId extends OrderId {}

    static class WithoutText {}

    static final class FinalWithoutText {}

    /** As containers and ORMs make them. */
    static class OrderId$$Proxy extends OrderId {
        @Override
        public String toString() {
            return super.toString();
        }
    }

    static class WithoutText$$Proxy extends WithoutText {
        @Override
        public String toString() {
            return super.toString();
        }
    }

    static class Tags extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            return String.join(",", this);
        }
    }

    static class Day extends Date {
        private static final long serialVersionUID = 1L;
    }

    static class OwnNumber extends Number {
        private static final long serialVersionUID = 1L;

        @Override
        public int intValue() {
            return 1;
        }

        @Override
        public long longValue() {
            return 1;
        }

        @Override
        public float floatValue() {
            return 1;
        }

        @Override
        public double doubleValue() {
            return 1;
        }
    }

    record Item(String sku, int count, Color color, LocalDate day) {}

    record Box(Item item, Object content) {}

    record Named(Set<String> names) {
        @Override
        public String toString() {
            return "named";
        }
    }

    record Listed(Set<String> names) {}

    record Nested(Listed listed) {}

    record Node(Node next, String name) {}

    private static final Item ITEM = new Item("x1", 2, Color.BLUE, LocalDate.EPOCH);

    private static List<Object> accepted() {
        return List.of(
                "text",
                new StringBuilder("text"),
                CharBuffer.wrap("text"),
                1,
                2L,
                1.5,
                new BigDecimal("1.00"),
                new AtomicInteger(3),
                true,
                'c',
                Color.RED,
                Color.BLUE,
                UUID.fromString("00000000-0000-0000-0000-000000000001"),
                Instant.EPOCH,
                LocalDate.EPOCH,
                Duration.ZERO,
                ZoneId.of("Europe/Paris"),
                DayOfWeek.MONDAY,
                URI.create("urn:x"),
                Locale.ROOT,
                Currency.getInstance("EUR"),
                ITEM,
                new Box(ITEM, 1L),
                new Box(null, "text"),
                new Node(new Node(null, "b"), "a"),
                new Named(Set.of("a", "b")),
                new OrderId(),
                new SpecialId(),
                new OrderId$$Proxy());
    }

    @Test
    void shouldAcceptValuesOfOneText() {
        for (Object value : accepted()) {
            assertNull(KeyValues.refusal(value), () -> value.getClass().getName());
            assertNull(
                    KeyValues.refusalOfDeclared(value.getClass()),
                    () -> value.getClass().getName());
        }
    }

    private static List<Object> refused() {
        Supplier<String> lambda = () -> "text";
        Object proxy = Proxy.newProxyInstance(
                KeyValuesTest.class.getClassLoader(),
                new Class<?>[] {Comparable.class},
                (self, method, arguments) -> "text");
        return List.of(
                Set.of("a", "b"),
                List.of("a"),
                Map.of("a", "b"),
                new HashMap<>().keySet(),
                new SimpleEntry<>("a", "b"),
                Optional.of("a"),
                Optional.empty(),
                OptionalInt.of(1),
                OptionalLong.empty(),
                new String[] {"a"},
                new int[] {1},
                List.of("a").iterator(),
                Stream.of("a"),
                CompletableFuture.completedFuture("a"),
                new AtomicReference<>("a"),
                new AtomicBoolean(),
                new Date(0),
                new Day(),
                new java.sql.Date(0),
                new java.sql.Timestamp(0),
                Calendar.getInstance(),
                TimeZone.getDefault(),
                new File("a"),
                Path.of("a"),
                Thread.currentThread(),
                new Object(),
                String.class,
                lambda,
                proxy,
                new Tags(),
                new OwnNumber(),
                new WithoutText(),
                new FinalWithoutText(),
                new WithoutText$$Proxy(),
                new Listed(Set.of()),
                new Nested(new Listed(Set.of())),
                new Box(ITEM, new WithoutText()),
                new Box(ITEM, new Object[0]),
                new Box(new Item("x1", 2, Color.RED, LocalDate.EPOCH), 1));
    }

    @Test
    void shouldRefuseValuesOfManyTexts() {
        refused()
                .forEach(value -> assertNotNull(
                        KeyValues.refusal(value), () -> value.getClass().getName()));
    }

    @Test
    @DisplayName("a declared type is refused if none of its values can be accepted")
    void shouldRefuseDeclaredTypes() {
        for (Class<?> type : Arrays.asList(
                Collection.class,
                List.class,
                Tags.class,
                Map.class,
                Map.Entry.class,
                Iterator.class,
                Optional.class,
                byte[].class,
                Date.class,
                java.sql.Timestamp.class,
                Calendar.class,
                TimeZone.class,
                AtomicReference.class,
                File.class,
                FinalWithoutText.class,
                Listed.class,
                Nested.class)) {
            assertNotNull(KeyValues.refusalOfDeclared(type), type::getName);
        }
        for (Class<?> type : Arrays.asList(
                int.class,
                Object.class,
                Number.class,
                CharSequence.class,
                Comparable.class,
                java.io.Serializable.class,
                Enum.class,
                Record.class,
                WithoutText.class,
                Node.class,
                Box.class)) {
            assertNull(KeyValues.refusalOfDeclared(type), type::getName);
        }
    }

    @Test
    void shouldNameTheComponent() {
        String reason = KeyValues.refusal(new Nested(new Listed(Set.of())));

        assertTrue(reason.contains("component listed") && reason.contains("component names"), reason);
    }

    @Test
    @DisplayName("the text of an enum is its name, whatever its toString()")
    void shouldNameEnums() {
        assertEquals("RED", KeyValues.text(Color.RED));
        assertEquals("1.00", KeyValues.text(new BigDecimal("1.00")));
    }

    @Test
    @DisplayName("a record of a module that opens nothing is read by its accessors, if it is public")
    void shouldReadRecordsOfClosedModules(@TempDir Path directory) throws Exception {
        CompiledClasses.compile(directory, Map.of("app.Order", """
                        public record Order(Object id) {
                            public static Object hidden(Object id) { return new Hidden(id); }
                            record Hidden(Object id) {}
                        }
                        """, "module-info", "module app { exports app; }"));
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration =
                boot.configuration().resolve(ModuleFinder.of(directory), ModuleFinder.of(), Set.of("app"));
        Class<?> order = boot.defineModulesWithOneLoader(configuration, KeyValuesTest.class.getClassLoader())
                .findLoader("app")
                .loadClass("app.Order");
        Constructor<?> make = order.getConstructor(Object.class);
        Object hidden = order.getMethod("hidden", Object.class).invoke(null, 1);

        assertNull(KeyValues.refusal(make.newInstance(1)));
        assertTrue(KeyValues.refusal(make.newInstance(Set.of())).contains("component id is of"));
        assertTrue(KeyValues.refusal(hidden).contains("component id cannot be read"));
    }
}
