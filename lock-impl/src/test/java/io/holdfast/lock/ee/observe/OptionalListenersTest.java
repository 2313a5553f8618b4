// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.ee.observe.OptionalListeners.Candidate;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OptionalListenersTest {

    private static final Path CODE = Path.of("src/main/java");
    private static final Path BEANS = Path.of("src/main/resources/META-INF/beans.xml");
    private static final List<String> OPTIONAL = List.of(
            "org.eclipse.microprofile.health", "org.eclipse.microprofile.metrics", "io.micrometer", "io.opentelemetry");

    private static final Logger LOG = Logger.getLogger("io.holdfast.lock");
    private static final LockAttempt ATTEMPT =
            new LockAttempt(LockRequest.of("order/42"), LockRequest.IMMEDIATE, 0, 42);

    @Test
    @DisplayName("the classes that decide whether one is used exist, and are of the API that it names")
    void shouldNameClassesThatExist() throws Exception {
        for (Map.Entry<String, String> entry : conditions().entrySet()) {
            String needed = Class.forName(entry.getValue()).getName();
            assertTrue(imports(Class.forName(entry.getKey()).getName()).contains(needed), entry::toString);
        }
    }

    @Test
    @DisplayName("each class that names one of these APIs is used only where the API is present")
    void shouldKnowEachClass() throws IOException {
        Set<String> naming = new TreeSet<>();
        try (Stream<Path> files = Files.walk(CODE.resolve("io/holdfast/lock/ee"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String name =
                        CODE.relativize(file).toString().replace(".java", "").replace(File.separatorChar, '.');
                if (imports(name).stream().anyMatch(type -> OPTIONAL.stream().anyMatch(type::startsWith))) {
                    naming.add(name);
                }
            }
        }
        assertEquals(naming, conditions().keySet());
    }

    @Test
    @DisplayName("the methods of Object do not create the listener, and toString returns the name of its class")
    void shouldAnswerAsObject() {
        AtomicInteger makes = new AtomicInteger();
        LockListener listener = listener(makes, () -> {});
        LockListener other = listener(makes, () -> {});

        assertEquals(List.of(listener), List.of(listener));
        assertEquals(1, Set.of(listener).size());
        assertNotEquals(listener, other);
        assertEquals(
                Listener.class.getName(), Proxy.getInvocationHandler(listener).toString());
        assertEquals(Listener.class.getName(), listener.toString());
        assertEquals(0, makes.get());
    }

    @Test
    @DisplayName("a listener that cannot be made is tried once, and is silent from then on")
    void shouldBeSilentIfNotMade() {
        for (Throwable failure : List.of(new NoClassDefFoundError("gone"), new IllegalStateException("broken"))) {
            AtomicInteger makes = new AtomicInteger();
            LockListener listener = listener(makes, () -> {
                throw failure;
            });

            List<String> messages = new ArrayList<>();
            LOG.setFilter(entry -> {
                messages.add(entry.getMessage());
                return false;
            });
            try {
                listener.waitBegan(ATTEMPT);
                listener.waitEnded(ATTEMPT);
            } finally {
                LOG.setFilter(null);
            }

            assertEquals(1, makes.get());
            assertEquals(1, messages.size(), messages::toString);
            assertTrue(messages.get(0).startsWith("HOLDFAST-0076: " + Listener.class.getName()), messages::toString);
        }
    }

    private interface Making {
        void run() throws Throwable;
    }

    private static final class Listener implements StoppableListener {
        @Override
        public void stop() {
            // Nothing was begun.
        }
    }

    private static LockListener listener(AtomicInteger makes, Making making) {
        Candidate candidate = new Candidate(Listener.class, "java.lang.String", surroundings -> {
            makes.incrementAndGet();
            try {
                making.run();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
            return new Listener();
        });
        return new OptionalListeners(List.of(candidate), new Alone("shop"))
                .all()
                .get(0);
    }

    /** The class that each of them needs. */
    private static Map<String, String> conditions() throws IOException {
        Map<String, String> conditions = new TreeMap<>();
        OptionalListeners.CANDIDATES.forEach(
                candidate -> conditions.put(candidate.type().getName(), candidate.api()));
        Matcher exclude = Pattern.compile("<exclude name=\"([^\"]+)\">\\s*<if-class-not-available name=\"([^\"]+)\"/>")
                .matcher(Files.readString(BEANS));
        while (exclude.find()) {
            conditions.put(exclude.group(1), exclude.group(2));
        }
        return conditions;
    }

    private static List<String> imports(String type) throws IOException {
        return Files.readAllLines(CODE.resolve(type.replace('.', '/') + ".java")).stream()
                .filter(line -> line.startsWith("import "))
                .map(line -> line.substring("import ".length(), line.length() - 1))
                .toList();
    }
}
