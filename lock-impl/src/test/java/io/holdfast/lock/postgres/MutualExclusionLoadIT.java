// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.postgres.LoadHistory.Holding;
import io.holdfast.lock.postgres.LoadHistory.Kill;
import io.holdfast.lock.postgres.LoadHistory.Sample;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two JVMs contend for a few keys while sessions are ended, threads interrupted and waits cut short at random. Judged twice:
 * by {@link LoadObserver.Oracle}, which knows nothing of the locker but what its releases said, and by {@link LoadHistory}.
 * System properties: {@code load.seconds}, 16 by default, is how long in all; {@code load.sessions} is the one session mode
 * to run with, and {@code load.hand-over} the one hand-over, such as PT0.005S or PT0S, else each has its share of the time;
 * {@code load.seed} repeats the random choices of a run, though not how its threads interleave.
 */
class MutualExclusionLoadIT {

    private static final int PROCESSES = 2;
    private static final int KEYS = 5;
    private static final int SECONDS = Math.max(
            1,
            Integer.getInteger("load.seconds", 16)
                    / modes().size()
                    / handOvers().size());
    private static final long SEED = Long.getLong("load.seed", System.nanoTime());
    private static final long END_MINUTES = 1;

    /** Kept where a test fails, since it has the logs of the processes. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private final List<Process> processes = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void everythingHasEnded() throws InterruptedException, SQLException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        threads.shutdownNow();
        LoadObserver.dropTables(Databases.SHARED);
    }

    private static List<SessionMode> modes() {
        String only = System.getProperty("load.sessions");
        return only == null ? List.of(SessionMode.values()) : List.of(SessionMode.valueOf(only));
    }

    private static List<Duration> handOvers() {
        String only = System.getProperty("load.hand-over");
        return only == null ? List.of(LockerConfig.DEFAULT.handOver(), Duration.ZERO) : List.of(Duration.parse(only));
    }

    private static List<Arguments> configurations() {
        return modes().stream()
                .flatMap(mode -> handOvers().stream().map(handOver -> Arguments.of(mode, handOver)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("configurations")
    @DisplayName(
            "C1, C5, C15, C16: under load and faults no two holders overlap, unless one was lost, and tokens always grow")
    void shouldExcludeUnderFaults(SessionMode mode, Duration handOver) throws Exception {
        String configuration = "sessions " + mode + ", hand-over " + handOver;
        System.out.println("load of " + SECONDS + " s with seed " + SEED + ", " + configuration);
        LoadProcess.Order order = order(mode, handOver);
        LoadObserver observer = new LoadObserver(Databases.SHARED, order);
        observer.createTables();
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(start(order, i));
        }
        BooleanSupplier ended = () -> processes.stream().noneMatch(Process::isAlive);
        Future<List<Kill>> kills = threads.submit(() -> observer.killUntil(ended));
        Future<List<Sample>> samples = threads.submit(() -> observer.sampleUntil(ended));

        for (Process process : processes) {
            assertTrue(process.waitFor(order.seconds() + END_MINUTES * 60, TimeUnit.SECONDS), "it ends in time");
        }
        long lasted = System.nanoTime() - order.originNanos();

        Map<String, Integer> outcomes = new TreeMap<>();
        List<Holding> holdings = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            assertEquals(0, processes.get(i).exitValue(), errors(i));
            read(i, holdings, outcomes);
        }
        LoadHistory history =
                new LoadHistory(holdings, kills.get(), samples.get(), observer.takeJournal(), handOver.toNanos());
        long excused = holdings.stream().filter(history::isExcused).count();
        System.out.printf(
                "%s: %d grants, at least %d by hand-over, of which a fault may have ended %d; %s; %d sessions ended, %d samples, %d writes%n",
                configuration,
                holdings.size(),
                history.handOvers(),
                excused,
                outcomes,
                history.kills().size(),
                history.samples().size(),
                history.journal().size());

        LoadObserver.Tally tally;
        List<String> seen;
        List<String> brief;
        try (Connection connection = Databases.SHARED.connect()) {
            LoadObserver.Oracle oracle = new LoadObserver.Oracle(connection);
            tally = oracle.tally();
            seen = oracle.violations(handOver.toNanos());
            brief = oracle.briefOverlaps(handOver.toNanos());
        }
        System.out.println(configuration + ": the oracle saw " + tally + ", violations " + seen.size()
                + ", overlaps within the hand-over " + brief.size());

        assertNone("by the oracle", seen);
        assertNone("by the history", history.violations());
        assertAll(
                () -> assertTrue(tally.visits() >= 20L * SECONDS, "the oracle saw enough: " + tally),
                () -> assertTrue(brief.size() <= history.kills().size(), "few overlap for a moment: " + brief),
                () -> assertTrue(!handOver.isZero() || brief.isEmpty(), "none does if locks are not handed over"),
                () -> assertEquals(!handOver.isZero(), history.handOvers() > 0, "whether locks are handed over"),
                () -> assertTrue(tally.lost() >= Math.max(1, SECONDS / 2), "the oracle saw losses: " + tally),
                () -> assertEquals(holdings.size(), tally.visits(), "the oracle saw every grant"),
                () -> assertTrue(
                        history.kills().size() >= SECONDS,
                        "sessions were ended: " + history.kills().size()),
                () -> assertTrue(
                        holdings.stream().allMatch(each -> each.requested() > 0 && each.ended() < lasted), "one clock"),
                () -> assertTrue(excused < holdings.size() / 2, "most grants are judged without excuse"),
                () -> assertTrue(outcomes.getOrDefault("lost", 0) > 0, "some were lost"),
                () -> assertTrue(outcomes.getOrDefault("interrupted", 0) > 0, "some waits were interrupted"),
                () -> assertTrue(outcomes.getOrDefault("timed out", 0) > 0, "some waits were cut short"));
        Server server = new Server(Databases.SHARED);
        for (String key : order.keys()) {
            Server.eventually("no lock is left on " + key, () -> server.isFree(LockId.of(0, key)));
        }
    }

    @Test
    @DisplayName(
            "the oracle finds only overlapping holders that both released as held, even if a lost one overwrote them")
    void shouldFindOverlaps() throws SQLException {
        LoadObserver observer = new LoadObserver(Databases.SHARED, order(SessionMode.PINNED, Duration.ZERO));
        String key = observer.order().keys().get(0);
        String other = observer.order().keys().get(1);
        observer.createTables();
        try (Connection connection = Databases.SHARED.connect()) {
            LoadObserver.Oracle oracle = new LoadObserver.Oracle(connection);
            oracle.enter("first", key, null);
            oracle.enter("elsewhere", other, null);
            oracle.enter("lost", key, null);
            oracle.leave("lost", key, null);
            oracle.enter("second", key, null);
            oracle.leave("second", key, null);
            oracle.leave("first", key, null);
            oracle.leave("elsewhere", other, null);
            oracle.enter("third", key, null);
            oracle.leave("third", key, null);
            end(oracle, "lost", false);
            for (String visit : List.of("elsewhere", "second", "third")) {
                end(oracle, visit, true);
            }

            assertFound(oracle, "did not end: {\"id\":\"first\"");
            end(oracle, "first", false);
            assertNone("if its loss was reported", oracle.violations(0));
            end(oracle, "first", true);
            assertFound(oracle, "two were in at once, and both releases said held: {\"id\":\"first\"");
            assertEquals(new LoadObserver.Tally(5, 1, 1, 1, 0), oracle.tally());
            assertBrief(connection, oracle);
        }
    }

    @Test
    @DisplayName(
            "the oracle refuses a token that is earlier than a former one, and finds it if it was released as held")
    void shouldRefuseEarlierTokens() throws SQLException {
        LoadObserver observer = new LoadObserver(Databases.SHARED, order(SessionMode.PINNED, Duration.ZERO));
        String key = observer.order().keys().get(0);
        observer.createTables();
        try (Connection connection = Databases.SHARED.connect()) {
            LoadObserver.Oracle oracle = new LoadObserver.Oracle(connection);
            for (int token : List.of(2, 1)) {
                oracle.enter("token " + token, key, new FencingToken(1, token));
                oracle.leave("token " + token, key, new FencingToken(1, token));
                end(oracle, "token " + token, true);
            }

            assertFound(oracle, "a later token was there, but the release said held: {\"id\":\"token 1\"");
            assertEquals(new LoadObserver.Tally(2, 0, 0, 0, 1), oracle.tally());
            end(oracle, "token 1", false);
            assertNone("if its loss was reported", oracle.violations(0));
        }
    }

    private static final int PID = 4711;
    private static final long ENDED = 100;

    private static void end(LoadObserver.Oracle oracle, String visit, boolean held) throws SQLException {
        oracle.end(visit, held, PID, ENDED);
    }

    /** An overlap counts as brief for as long after the end of the session as locks may be handed over, and no longer. */
    private static void assertBrief(Connection connection, LoadObserver.Oracle oracle) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into load_kill values (" + PID + ", 80, 95)");
        }
        assertEquals(1, oracle.briefOverlaps(5).size());
        assertNone("within the hand-over", oracle.violations(5));
        for (long handOver : List.of(4L, 0L)) {
            assertEquals(List.of(), oracle.briefOverlaps(handOver));
            assertEquals(1, oracle.violations(handOver).size());
        }
    }

    private static void assertFound(LoadObserver.Oracle oracle, String what) throws SQLException {
        List<String> violations = oracle.violations(0);
        assertEquals(1, violations.size(), violations::toString);
        assertTrue(violations.get(0).startsWith(what), violations::toString);
    }

    private static void assertNone(String judge, List<String> violations) {
        assertEquals(
                List.of(),
                violations.stream().limit(5).toList(),
                () -> "violations found " + judge + ", " + violations.size() + " in all, seed " + SEED);
    }

    private LoadProcess.Order order(SessionMode mode, Duration handOver) {
        String run = UUID.randomUUID().toString();
        return new LoadProcess.Order(
                Databases.SHARED.url(),
                Databases.SHARED.user(),
                Databases.SHARED.password(),
                mode,
                handOver,
                SEED,
                System.nanoTime(),
                SECONDS,
                IntStream.range(0, KEYS).mapToObj(i -> run + "/" + i).toList());
    }

    private Process start(LoadProcess.Order order, int number) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                LoadProcess.class.getName()));
        command.addAll(order.withSeed(order.seed() + 1000L * number).arguments());
        return new ProcessBuilder(command)
                .redirectOutput(Redirect.to(output(number).toFile()))
                .redirectError(Redirect.to(errorOutput(number).toFile()))
                .start();
    }

    private Path output(int number) {
        return directory.resolve("history-" + number);
    }

    private Path errorOutput(int number) {
        return directory.resolve("errors-" + number);
    }

    /** The end of it, since every loss is logged. */
    private String errors(int number) throws IOException {
        String all = Files.readString(errorOutput(number));
        return all.substring(Math.max(0, all.length() - 5_000));
    }

    private void read(int number, List<Holding> holdings, Map<String, Integer> outcomes) throws IOException {
        for (String line : Files.readAllLines(output(number))) {
            if (line.startsWith("#")) {
                String[] parts = line.split(" ", 3);
                outcomes.merge(parts[2], Integer.parseInt(parts[1]), Integer::sum);
            } else {
                holdings.add(Holding.parse(line));
            }
        }
    }
}
