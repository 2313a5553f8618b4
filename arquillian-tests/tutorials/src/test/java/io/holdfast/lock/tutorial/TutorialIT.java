// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.tutorial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import io.holdfast.lock.tutorial.Page.Block;
import io.holdfast.lock.tutorial.Page.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Follows the pages of docs/tutorial in one shell each, with two real servers. The commands are used as they stand, with two
 * exceptions: Holdfast is taken from this build instead of being installed, and the database is one of this test. The ports of the
 * servers are those of the pages.
 */
@Timeout(value = 10 * 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TutorialIT {

    private static final Path PROJECT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path WORK = Path.of("target/tutorials").toAbsolutePath();

    private static final Pattern INSTALLATION = Pattern.compile("HOLDFAST=/path/to/\\S+\\n\\(.* install .*\\)\\n");
    private static final String DATABASE = "localhost:5432";
    private static final Pattern COUNT = Pattern.compile(" +(\\d) (\\d\\d:\\d\\d:\\d\\d) with(?: the|out a) lock\n");

    /** A tick at which both servers ran the job without the lock, and one of them with it. */
    private static final Pattern TICK = Pattern.compile(" +1 (\\S+) with the lock\n +2 \\1 without a lock\n");

    private static final Pattern TIME = Pattern.compile("\\d\\d:\\d\\d:\\d\\d");
    private static final int SECONDS_OF_DAY = 24 * 60 * 60;
    /** What the test treats differently from other commands, or checks the result of. */
    private static final List<String> STEPS =
            List.of("installation", "database", "counted ticks", "ticks after the end of a server");

    private static final int TICKS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

    private static TestDatabase database;
    private static Path repository;

    static Stream<String> tutorials() {
        return Arrays.stream(System.getProperty("tutorials").strip().split(" +"));
    }

    @BeforeAll
    static void prepare() throws IOException {
        delete(WORK);
        database = TestDatabase.start();
        repository = LocalRepository.create(
                WORK.resolve("repository"),
                Path.of(System.getProperty("local.repository")),
                PROJECT,
                System.getProperty("holdfast.version"));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tutorials")
    @DisplayName("a reader who pastes the commands of a tutorial sees the results that the tutorial promises")
    void shouldWorkAsWritten(String server) throws Exception {
        List<Block> blocks = Page.read(PROJECT.resolve("docs/tutorial/" + server + ".md"));
        Path folder = Files.createDirectories(WORK.resolve(server));
        // Maven would look for the settings of the project around it.
        Files.createDirectories(folder.resolve(".mvn"));
        try (Shell shell = new Shell(folder, environment())) {
            List<String> steps = new ArrayList<>();
            LocalTime killed = LocalTime.MAX;
            for (Block block : blocks) {
                String text = block.text();
                if (block.kind() == Kind.FILE) {
                    Path file = folder.resolve(block.file());
                    Files.createDirectories(file.getParent());
                    Files.writeString(file, text);
                } else if (block.kind() == Kind.SQL) {
                    execute(text);
                } else if (block.kind() == Kind.OUTPUT) {
                    assertTrue(TICK.matcher(text).find(), "the page shows what is printed: " + text);
                } else if (INSTALLATION.matcher(text).matches()) {
                    steps.add("installation");
                    shell.run("HOLDFAST='" + PROJECT + "'");
                } else if (text.contains(DATABASE)) {
                    steps.add("database");
                    shell.run(text.replace(DATABASE, hostAndPort()));
                } else if (text.contains("uniq -c")) {
                    steps.add("counted ticks");
                    waitForTicks(shell, text);
                } else if (text.startsWith("grep")) {
                    steps.add("ticks after the end of a server");
                    waitForTickAfter(killed, shell, text);
                } else {
                    shell.run(text);
                    if (text.startsWith("pkill -9")) {
                        killed = LocalTime.now().truncatedTo(ChronoUnit.SECONDS);
                    }
                }
            }
            assertEquals(STEPS, steps);
        }
    }

    private static Map<String, String> environment() {
        String java = System.getProperty("java.home");
        return Map.of(
                "JAVA_HOME",
                java,
                "PATH",
                String.join(
                        File.pathSeparator,
                        Path.of(java, "bin").toString(),
                        Path.of(System.getProperty("maven.home"), "bin").toString(),
                        System.getenv("PATH")),
                "MAVEN_OPTS",
                "-Dmaven.repo.local=" + repository,
                // Sorts as the page shows.
                "LC_ALL",
                "C");
    }

    private static String hostAndPort() {
        return database.url().replaceFirst("^jdbc:postgresql://([^/]+)/.*$", "$1");
    }

    /** Each tutorial begins with an empty server. */
    private static void execute(String statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop database if exists locks with (force)");
            statement.execute("drop role if exists holdfast");
            // One by one: a database cannot be created beside other statements.
            for (String one : statements.split(";\\s*")) {
                statement.execute(one);
            }
        }
    }

    /** A server that has just started, or that is slow, may miss a tick; but never do two run the job with the lock. */
    private static void waitForTicks(Shell shell, String count) throws IOException {
        String printed =
                lookUntil(shell, count, output -> TICK.matcher(output).results().count() >= TICKS);

        COUNT.matcher(printed)
                .results()
                .filter(line -> line.group().contains("with the lock"))
                .forEach(line -> assertEquals("1", line.group(1), "one server ran the job at " + line.group(2)));
    }

    private static void waitForTickAfter(LocalTime killed, Shell shell, String list) throws IOException {
        lookUntil(
                shell,
                list,
                output -> TIME.matcher(output)
                        .results()
                        .map(MatchResult::group)
                        .map(LocalTime::parse)
                        .anyMatch(tick -> isSoonAfter(killed, tick)));
    }

    /** Also across midnight. */
    private static boolean isSoonAfter(LocalTime begin, LocalTime time) {
        int seconds = Math.floorMod(time.toSecondOfDay() - begin.toSecondOfDay(), SECONDS_OF_DAY);
        return seconds > 0 && seconds < SECONDS_OF_DAY / 2;
    }

    private static String lookUntil(Shell shell, String command, Predicate<String> seen) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String printed = shell.run(command);
        while (!seen.test(printed)) {
            assertTrue(System.nanoTime() < end, () -> "not seen within " + PATIENCE + " by " + command);
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            printed = shell.run(command);
        }
        return printed;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            // Links to a repository are deleted, not followed.
            try (Stream<Path> entries = Files.walk(folder)) {
                for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(entry);
                }
            }
        }
    }
}
