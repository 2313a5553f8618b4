// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.Locker;
import io.holdfast.lock.integration.StandaloneLocker;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Locks in a JVM whose class path has the library, the driver and a pool, and nothing of {@code jakarta} or MicroProfile.
 */
@Timeout(60)
class WithoutContainerIT {

    private static final Path PAGE = Path.of("../docs/standalone.md");
    private static final Pattern EXAMPLE =
            Pattern.compile("(?s)```java\\n((?:(?!```).)*public class (\\w+) (?:(?!```).)*)```");

    /** Where a class of each of them is: of the library, the driver, the pool, and what the pool needs. */
    private static final List<Class<?>> ON_CLASS_PATH = List.of(
            Locker.class,
            StandaloneLocker.class,
            org.postgresql.Driver.class,
            HikariDataSource.class,
            org.slf4j.Logger.class);

    @TempDir
    private Path classes;

    @Test
    @DisplayName(
            "C26: without jakarta.* and MicroProfile the locker excludes, counts, reports losses, and releases all")
    void shouldLockWithoutContainer() throws Exception {
        copy(StandaloneProcess.class);

        List<String> said = run(
                StandaloneProcess.class.getName(),
                Databases.SHARED.url(),
                Databases.SHARED.user(),
                Databases.SHARED.password(),
                "standalone/" + UUID.randomUUID(),
                classesOfCore());

        assertEquals(
                List.of(
                        "no container",
                        "ping",
                        "exclusion",
                        "withLock",
                        "acquireAsync",
                        "asLock",
                        "fencing token",
                        "onLost",
                        "close",
                        "end"),
                said);
    }

    @Test
    @DisplayName("the example of the documentation compiles and runs with the dependencies that it names")
    void shouldRunExampleOfPage() throws Exception {
        Matcher example = EXAMPLE.matcher(Files.readString(PAGE));
        assertTrue(example.find(), "the page has an example");
        Path source = Files.writeString(classes.resolve(example.group(2) + ".java"), example.group(1));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-cp", classPath(), "-d", classes.toString(), source.toString());
        assertEquals(0, failed, "the example compiles");

        List<String> said = run(example.group(2));

        assertEquals(List.of("holds reports/daily", "writes the weekly report", "done"), said);
    }

    private void copy(Class<?> type) throws IOException {
        String file = type.getName().replace('.', '/') + ".class";
        Path copy = classes.resolve(file);
        Files.createDirectories(copy.getParent());
        try (InputStream original = type.getClassLoader().getResourceAsStream(file)) {
            Files.copy(original, copy);
        }
    }

    /** Those below the container layer. */
    private static String classesOfCore() {
        return new ClassFileImporter()
                .importUrl(location(StandaloneLocker.class)).stream()
                        .map(JavaClass::getName)
                        .filter(name -> name.matches("io[.]holdfast[.]lock[.](postgres|message)[.].*"
                                + "|io[.]holdfast[.]lock[.]integration[.]Standalone.*"))
                        .collect(Collectors.joining(","));
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private String classPath() {
        return Stream.concat(Stream.of(classes), ON_CLASS_PATH.stream().map(WithoutContainerIT::place))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path place(Class<?> type) {
        try {
            return Path.of(location(type).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the lines that the program has printed. */
    private List<String> run(String main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-classpath",
                classPath(),
                main));
        command.addAll(List.of(arguments));
        Path output = classes.resolve("output");
        Path errors = classes.resolve("errors");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("HOLDFAST_JDBC_URL", Databases.SHARED.url());
        builder.environment().put("HOLDFAST_JDBC_USER", Databases.SHARED.user());
        builder.environment().put("HOLDFAST_JDBC_PASSWORD", Databases.SHARED.password());
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(50, TimeUnit.SECONDS), () -> main + " has ended; it said " + read(output));
        } finally {
            process.destroyForcibly();
        }
        assertEquals(0, process.exitValue(), () -> read(output) + read(errors));
        return read(output).lines().toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
