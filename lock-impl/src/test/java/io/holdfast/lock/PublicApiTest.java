// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.integration.LocksResource;
import io.holdfast.lock.testkit.InMemoryLocks;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fails when a public or protected type or member is added, changed or removed without its line in a text file. */
class PublicApiTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern SINCE = Pattern.compile("(?m)^ *\\* @since \\d+[.]\\d+[.]\\d+$");

    private static final String INSTRUCTIONS = """
            differs from the compiled classes:
            %sIf the change is intended, write the files again, and add a line to CHANGELOG.md:
            mvn test -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false -Dpublic-api.write=true \
            -pl lock-api,lock-testkit,lock-testkit-postgres,lock-impl
            """;

    private static final String HEADER = """
            # All public and protected types and members of this module that applications and their tests may use.
            # PublicApiTest of lock-impl writes this file, and compares it with the compiled classes.
            # What is not protected is public. Types of java.lang, java.time, java.util and io.holdfast.lock are
            # shown without their package.

            """;

    /** The published modules. */
    enum Published {
        API("lock-api", Locker.class, "io.holdfast.lock"),
        INTEGRATION("lock-impl", LocksResource.class, "io.holdfast.lock.integration"),
        TEST_KIT("lock-testkit", InMemoryLocks.class, "io.holdfast.lock.testkit"),
        TEST_DATABASE("lock-testkit-postgres", TestDatabase.class, "io.holdfast.lock.testkit.postgres");

        private final Path module;
        private final Class<?> anchor;
        private final String packageName;

        Published(String module, Class<?> anchor, String packageName) {
            this.module = ROOT.resolve(module);
            this.anchor = anchor;
            this.packageName = packageName;
        }

        private List<Class<?>> types() throws Exception {
            return PublicApi.types(anchor, packageName);
        }

        private Path source(Class<?> type) {
            return module.resolve("src/main/java/" + type.getName().replace('.', '/') + ".java");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("the public API is the one in the text file of the module")
    void shouldMatchTextFile(Published published) throws Exception {
        Path file = published.module.resolve("public-api.txt");
        String compiled = published.types().stream().map(PublicApi::text).collect(joining("\n", HEADER, ""));
        if (Boolean.getBoolean("public-api.write")) {
            Files.writeString(file, compiled);
        }

        String expected = Files.readString(file);

        assertTrue(
                compiled.equals(expected), () -> file + " " + INSTRUCTIONS.formatted(differences(expected, compiled)));
    }

    /** The lines that only one of both has, with the line of their type. */
    private static String differences(String expected, String compiled) {
        List<String> before = qualified(expected);
        List<String> now = qualified(compiled);
        return Stream.concat(
                        before.stream().filter(line -> !now.contains(line)).map(line -> "- " + line + "\n"),
                        now.stream().filter(line -> !before.contains(line)).map(line -> "+ " + line + "\n"))
                .collect(joining());
    }

    private static List<String> qualified(String api) {
        String[] type = {""};
        return api.lines()
                .filter(line -> !line.isEmpty())
                .map(line -> {
                    if (!line.startsWith(" ")) {
                        type[0] = line;
                        return line;
                    }
                    return line.strip() + "  [" + type[0] + "]";
                })
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("the documentation of every public type names its first version")
    void shouldNameFirstVersion(Published published) throws Exception {
        List<Class<?>> types = published.types();

        for (Class<?> type : types) {
            if (type.getEnclosingClass() == null) {
                long nested = types.stream()
                        .filter(each -> each.getEnclosingClass() == type)
                        .count();
                String source = Files.readString(published.source(type));
                assertEquals(1 + nested, SINCE.matcher(source).results().count(), type.getName());
            }
        }
    }

    /** A type with everything that can be written in different ways. */
    @SuppressWarnings("unused")
    public abstract static class Sample<T extends Comparable<? super T>> implements Runnable {

        public static final int NUMBER = 7;
        protected List<? extends Number> numbers;
        int invisible;

        protected Sample(T first, String... others) {}

        @Deprecated
        public final <R, X extends Exception> R[] run(int[] times, List<?> anything) throws X {
            throw new UnsupportedOperationException();
        }

        void invisible() {}
    }

    @Test
    void shouldShowTypesAndMembers() {
        assertEquals("""
                abstract static class io.holdfast.lock.PublicApiTest$Sample<T extends Comparable<? super T>> : Runnable
                  static final int NUMBER = 7
                  protected List<? extends Number> numbers
                  protected new(T, String...)
                  @Deprecated final <R, X extends Exception> R[] run(int[], List<?>) throws X
                """, PublicApi.text(Sample.class));
    }
}
