// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Snippets.Example;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every example in the Javadoc of the published modules, in the README and on these pages compiles as it is written. */
class SnippetsTest {

    private static final Path ROOT = Path.of("..");
    /** The examples of docs/standalone.md, docs/testing.md and docs/tutorial are also run, in tests of their own. */
    private static final List<String> PAGES = List.of(
            "README.md",
            "docs/choosing.md",
            "docs/configuration.md",
            "docs/howto.md",
            "docs/locked.md",
            "docs/locker.md",
            "docs/operations.md",
            "docs/runbook.md");

    @TempDir
    private Path classes;

    static List<Example> examples() {
        Stream<Example> javadoc = Stream.of("lock-api", "lock-testkit", "lock-testkit-postgres", "lock-impl")
                .flatMap(module -> Snippets.filesBelow(ROOT.resolve(module).resolve("src/main/java")))
                .filter(file -> file.toString().endsWith(".java"))
                .flatMap(file -> Snippets.examples(file, Snippets.IN_JAVADOC).stream());
        Stream<Example> pages = PAGES.stream().flatMap(page -> Snippets.ofPage(ROOT.resolve(page)).stream());
        return Stream.concat(javadoc, pages).toList();
    }

    @ParameterizedTest
    @MethodSource("examples")
    @DisplayName("an example compiles as members of a class, or else as the body of a method")
    void shouldCompile(Example example) {
        example.compile(classes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Locker", "LockHandle", "LockAdmin", "LockRequest", "spi/LockListener"})
    @DisplayName("the documentation of the most important types begins with an example")
    void shouldHaveExample(String type) {
        Path file = ROOT.resolve("lock-api/src/main/java/io/holdfast/lock/" + type + ".java");
        String documentation = Snippets.read(file).split("(?m)^public ", 2)[0];

        assertTrue(Snippets.IN_JAVADOC.matcher(documentation).find(), type);
    }

    @Test
    @DisplayName("only code of other libraries is exempt, which a second word at its fence marks")
    void shouldFindEachExampleOfThePages() {
        for (String page : PAGES) {
            Path file = ROOT.resolve(page);
            long fences = Snippets.read(file)
                    .lines()
                    .filter(line -> line.strip().startsWith("```java"))
                    .filter(line -> !line.strip().equals("```java before"))
                    .count();

            assertEquals(fences, Snippets.ofPage(file).size(), page);
        }
    }

    @Test
    void shouldFindProblems() {
        assertTrue(
                !Snippets.problems("Locker locker() { return null }", classes).isEmpty());
        assertTrue(!Snippets.problems("Locker locker() { return new Object(); }", classes)
                .isEmpty());
    }
}
