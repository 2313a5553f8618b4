// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Prints the way of a key through our files: from the interceptor of a {@link Locked} method to the statement that asks
 * the server for the lock.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyPathIT extends CdiTest {

    private static final int MOST_FILES = 15;
    private static final Path PAGE = Path.of("../docs/architecture.md");

    /** The application whose second call is followed. */
    static final class Application {

        public static void main(String[] arguments) {
            try (SeContainer container = SeContainerInitializer.newInstance()
                    .addBeanClasses(Locks.class, Work.class)
                    .initialize()) {
                Work work = container.select(Work.class).get();
                // The first call proves the data source, which happens only once.
                work.order(1);
                callBegins();
                work.order(2);
            }
        }

        private static void callBegins() {
            // A place for a breakpoint.
        }
    }

    /** Has a locked method. */
    @ApplicationScoped
    static class Work {

        @Locked("order/#{id}")
        void order(long id) {
            // The lock is all that matters.
        }
    }

    @Test
    void shouldPrintTheWayOnTheCallersThread() throws Exception {
        KeyPath path = KeyPath.of(Application.class, DATABASE, "holdfast.keep-session=1m");

        List<String> chain = print("with a session that was kept", path);
        assertTrue(path.keeperFrames().isEmpty(), "the caller has sent the statement");
        assertTrue(chain.size() <= MOST_FILES, () -> "a key passes through more files: " + chain);
        assertOnPage(line("caller", path.callerFrames()));
    }

    @Test
    void shouldPrintTheWayThroughAKeeper() throws Exception {
        KeyPath path = KeyPath.of(Application.class, DATABASE, "holdfast.keep-session=0s");

        print("without such a session", path);
        assertFalse(path.keeperFrames().isEmpty(), "a keeper has sent the statement");
        assertOnPage(line("waiting caller", path.callerFrames()));
        assertOnPage(line("keeper", path.keeperFrames()));
    }

    private static List<String> print(String title, KeyPath path) {
        List<String> chain = runs(path.frames());
        Set<String> twice = chain.stream()
                .filter(file -> chain.indexOf(file) != chain.lastIndexOf(file))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        System.out.printf(
                "The way of a key %s, by the stacks when its SQL is sent: %d files%n",
                title, Set.copyOf(chain).size());
        System.out.println(line("caller", path.callerFrames()));
        System.out.println(line("keeper", path.keeperFrames()));
        System.out.println("  entered twice: " + (twice.isEmpty() ? "none" : String.join(", ", twice)));
        System.out.printf(
                "All files that ran until then, by their first method: %d%n",
                path.visited().size());
        System.out.println("  " + String.join(", ", path.visited()));
        assertTrue(chain.get(0).endsWith("Interceptor"), chain::toString);
        assertTrue(twice.isEmpty(), () -> "entered twice: " + twice);
        return chain;
    }

    private static void assertOnPage(String line) throws IOException {
        assertTrue(Files.readAllLines(PAGE).contains(line), () -> "in docs/architecture.md: " + line);
    }

    private static String line(String thread, List<String> frames) {
        return thread + ": " + String.join(" -> ", runs(frames));
    }

    /** Several entries of one file in a row count as one. */
    private static List<String> runs(List<String> files) {
        List<String> runs = new ArrayList<>();
        for (String file : files) {
            if (runs.isEmpty() || !runs.get(runs.size() - 1).equals(file)) {
                runs.add(file);
            }
        }
        return runs;
    }
}
