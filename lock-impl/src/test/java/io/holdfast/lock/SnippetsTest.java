// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every example in the Javadoc of the published modules and in the README compiles as it is written. */
class SnippetsTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern IN_JAVADOC = Pattern.compile("(?s)<pre>\\{@code(.*?)}</pre>");
    private static final Pattern IN_MARKDOWN = Pattern.compile("(?s)```java\\s*?\\n(.*?)```");

    /** What an example may use without declaring it. */
    private static final String CONTEXT = """
            import io.holdfast.lock.*;
            import io.holdfast.lock.integration.*;
            import io.holdfast.lock.spi.*;
            import io.holdfast.lock.testkit.*;
            import jakarta.enterprise.context.ApplicationScoped;
            import jakarta.inject.Inject;
            import java.lang.System.Logger.Level;
            import java.math.BigDecimal;
            import java.time.Duration;
            import java.util.*;
            import javax.sql.DataSource;

            abstract class Context {
                record Order(String id) {}
                record Report() {}
                Locker locker;
                List<Report> reports;
                abstract Report write();
                abstract void store(Report report);
                abstract void store(Report report, FencingToken token);
            }

            abstract class Example extends Context {
            %s
            }
            """;

    @TempDir
    private Path classes;

    /**
     * One example.
     *
     * @param place the file that contains it
     * @param code the lines of the example
     */
    record Example(Path place, String code) {

        /** An ellipsis stands for any body of a method. */
        private String completed() {
            return code.replace("{ ... }", "{ throw new UnsupportedOperationException(); }");
        }

        @Override
        public String toString() {
            return place.getFileName() + ": " + code.strip().lines().findFirst().orElse("");
        }
    }

    static List<Example> examples() throws IOException {
        Stream<Example> javadoc = Stream.of("lock-api", "lock-testkit", "lock-testkit-postgres", "lock-impl")
                .flatMap(module -> filesBelow(ROOT.resolve(module).resolve("src/main/java")))
                .filter(file -> file.toString().endsWith(".java"))
                .flatMap(file -> examples(file, IN_JAVADOC));
        return Stream.concat(javadoc, examples(ROOT.resolve("README.md"), IN_MARKDOWN))
                .toList();
    }

    private static Stream<Path> filesBelow(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Example> examples(Path file, Pattern pattern) {
        return pattern.matcher(read(file))
                .results()
                .map(found -> new Example(file, found.group(1).replaceAll("(?m)^ *\\* ?", "")));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    @DisplayName("an example compiles as members of a class, or else as the body of a method")
    void shouldCompile(Example example) {
        List<Diagnostic<?>> asMembers = problems(example.completed());
        List<Diagnostic<?>> asBody = asMembers.isEmpty()
                ? List.of()
                : problems("void run() throws Exception {\n" + example.completed() + "\n}");

        assertTrue(
                asBody.isEmpty(),
                () -> example.place() + "\n" + example.code() + "\nas members of a class: " + asMembers
                        + "\nas the body of a method: " + asBody);
    }

    private List<Diagnostic<?>> problems(String code) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        String source = CONTEXT.formatted(code);
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };

        compiler.getTask(null, null, problems, options, null, List.of(file)).call();

        return List.copyOf(problems.getDiagnostics());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Locker", "LockHandle", "LockAdmin", "LockRequest", "spi/LockListener"})
    @DisplayName("the documentation of the most important types begins with an example")
    void shouldHaveExample(String type) {
        Path file = ROOT.resolve("lock-api/src/main/java/io/holdfast/lock/" + type + ".java");
        String documentation = read(file).split("(?m)^public ", 2)[0];

        assertTrue(IN_JAVADOC.matcher(documentation).find(), type);
    }

    @Test
    void shouldFindProblems() {
        assertTrue(!problems("Locker locker() { return null }").isEmpty());
        assertTrue(!problems("Locker locker() { return new Object(); }").isEmpty());
    }
}
