// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a lock costs inside the server, beside the least that its two round trips cost there: one connection of the
 * recommended data source with prepared statements. A client and the process of its connection settle on one processor
 * or on two, so all are measured on several connections. The figures are written to a file for docs/performance.md.
 */
@ArquillianTest
@DisplayName("The cost of a lock in WildFly")
public class ContainerCostIT {

    private static final String FLOOR = "floor, in the server";
    private static final String LOCK = "acquire and release, recommended data source";
    private static final String WORK = "acquire and release, data source with default settings";
    private static final String METHOD = "@Locked, recommended data source";

    /** How often all get other connections. */
    private static final int GENERATIONS = 8;

    private static final int ROUNDS = 80;

    /** In the first generation, so that all code is compiled; a tenth of it is enough for the others. */
    private static final int ROUNDS_TO_WARM_UP = 3_000;

    private static final int PAIRS = 6;
    private static final int KEYS = 64;

    /** Only what waits, polls or flushes in addition is slower than that. */
    private static final double TIMES_FLOOR = 10;

    private interface Pair {
        void run(int number) throws Exception;
    }

    /** Does nothing under its lock. */
    @ApplicationScoped
    public static class Work {

        @Locked("cost/#{id}")
        public int call(int id) {
            return id;
        }
    }

    @Inject
    private Locker recommended;

    @Inject
    @LockDomain("work")
    private Locker work;

    @Inject
    private Work bean;

    @Resource(lookup = "java:/jdbc/holdfast")
    private DataSource dataSource;

    /** The durations of each generation, in ascending order. */
    private final Map<String, List<long[]>> nanos = new LinkedHashMap<>();

    private final Random random = new Random(1);

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(ContainerCostIT.class, Map.of("holdfast.work.datasource", "jdbc/work"));
    }

    @Test
    @DisplayName("a lock costs its round trips and thread switches, and nothing that takes much longer")
    void shouldCostLittleMoreThanItsRoundTrips() throws Exception {
        Deque<AutoCloseable> inUse = new ArrayDeque<>();
        try {
            for (int generation = 0; generation < GENERATIONS; generation++) {
                measure(pairs(inUse), generation == 0 ? ROUNDS_TO_WARM_UP : ROUNDS_TO_WARM_UP / 10);
                // The connections that were measured stay in use, so that the next generation gets others.
                inUse.push(recommended.acquire("occupied/1/" + generation));
                inUse.push(work.acquire("occupied/2/" + generation));
            }
        } finally {
            assertEquals(
                    List.of(), inUse.stream().flatMap(ContainerCostIT::close).toList());
        }
        write();

        for (int number = 0; number < KEYS; number++) {
            assertEquals(0, PgLocks.holders(recommended.lockId(key(number))), "nothing is left");
        }
        nanos.keySet()
                .forEach(name -> assertTrue(
                        lowest(name) <= TIMES_FLOOR * lowest(FLOOR),
                        () -> name + ": " + lowest(name) + " us, floor " + lowest(FLOOR)));
    }

    private Map<String, Pair> pairs(Deque<AutoCloseable> inUse) throws SQLException {
        Connection connection = dataSource.getConnection();
        inUse.push(connection);
        PreparedStatement lock = connection.prepareStatement("select pg_try_advisory_lock(?)");
        PreparedStatement unlock = connection.prepareStatement("select pg_advisory_unlock(?)");
        Map<String, Pair> pairs = new LinkedHashMap<>();
        pairs.put(FLOOR, number -> {
            assertTrue(ask(lock, number));
            assertTrue(ask(unlock, number));
        });
        pairs.put(LOCK, number -> recommended.acquire(key(number)).release());
        pairs.put(WORK, number -> work.acquire(key(number)).release());
        pairs.put(METHOD, bean::call);
        return pairs;
    }

    /** All have their turn in each round, so that whatever disturbs the machine disturbs all alike. */
    private void measure(Map<String, Pair> pairs, int roundsToWarmUp) throws Exception {
        Map<String, long[]> durations = new LinkedHashMap<>();
        pairs.keySet().forEach(name -> durations.put(name, new long[ROUNDS * (PAIRS - 1)]));
        List<Map.Entry<String, Pair>> order = new ArrayList<>(pairs.entrySet());
        for (int round = -roundsToWarmUp; round < ROUNDS; round++) {
            Collections.shuffle(order, random);
            for (Map.Entry<String, Pair> pair : order) {
                for (int i = 0; i < PAIRS; i++) {
                    long start = System.nanoTime();
                    pair.getValue().run(Math.floorMod(round * PAIRS + i, KEYS));
                    // The first pair finds the caches as the one before has left them.
                    if (round >= 0 && i > 0) {
                        durations.get(pair.getKey())[round * (PAIRS - 1) + i - 1] = System.nanoTime() - start;
                    }
                }
            }
        }
        durations.forEach((name, each) -> {
            Arrays.sort(each);
            nanos.computeIfAbsent(name, any -> new ArrayList<>()).add(each);
        });
    }

    /** Returns the failure, if any, so that the others are closed all the same. */
    private static Stream<Exception> close(AutoCloseable each) {
        try {
            each.close();
            return Stream.empty();
        } catch (Exception e) {
            return Stream.of(e);
        }
    }

    private static String key(int number) {
        return "cost/" + number;
    }

    private static boolean ask(PreparedStatement statement, long id) throws SQLException {
        statement.setLong(1, id);
        try (ResultSet answer = statement.executeQuery()) {
            answer.next();
            return answer.getBoolean(1);
        }
    }

    /** Returns the 10th percentile of all generations, in microseconds. */
    private double lowest(String name) {
        long[] all =
                nanos.get(name).stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return quantile(all, 0.1);
    }

    /** Returns the median of the fastest generation, in microseconds. */
    private double median(String name) {
        return nanos.get(name).stream()
                .mapToDouble(each -> quantile(each, 0.5))
                .min()
                .orElseThrow();
    }

    private static double quantile(long[] sorted, double part) {
        return sorted[(int) (part * (sorted.length - 1))] / 1e3;
    }

    private void write() throws IOException {
        StringBuilder table =
                new StringBuilder("| in WildFly | 10th percentile, us | x floor | median, us | x floor |\n"
                        + "| --- | ---: | ---: | ---: | ---: |\n");
        for (String name : nanos.keySet()) {
            double p10 = lowest(name);
            double median = median(name);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.2f | %.1f | %.2f |%n",
                    name,
                    p10,
                    p10 / lowest(FLOOR),
                    median,
                    median / median(FLOOR)));
        }
        Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), "container.md"), table);
        System.out.println(table);
    }
}
