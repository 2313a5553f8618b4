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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a lock costs inside the server, beside the least that its two round trips cost there: one connection of the
 * recommended data source with prepared statements. The figures are written to a file for docs/performance.md.
 */
@ArquillianTest
@DisplayName("The cost of a lock in WildFly")
public class ContainerCostIT {

    private static final String FLOOR = "floor, in the server";
    private static final String LOCK = "acquire and release, recommended data source";
    private static final String WORK = "acquire and release, data source with default settings";
    private static final String METHOD = "@Locked, recommended data source";

    private static final int ROUNDS = 250;
    private static final int ROUNDS_TO_WARM_UP = 150;
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

    private final Map<String, long[]> nanos = new LinkedHashMap<>();

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(ContainerCostIT.class, Map.of("holdfast.work.datasource", "jdbc/work"));
    }

    @Test
    @DisplayName("a lock costs its round trips and thread switches, and nothing that takes much longer")
    void shouldCostLittleMoreThanItsRoundTrips() throws Exception {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement lock = connection.prepareStatement("select pg_try_advisory_lock(?)");
                PreparedStatement unlock = connection.prepareStatement("select pg_advisory_unlock(?)")) {
            Map<String, Pair> pairs = new LinkedHashMap<>();
            pairs.put(FLOOR, number -> {
                assertTrue(ask(lock, number));
                assertTrue(ask(unlock, number));
            });
            pairs.put(LOCK, number -> recommended.acquire(key(number)).release());
            pairs.put(WORK, number -> work.acquire(key(number)).release());
            pairs.put(METHOD, bean::call);
            measure(pairs);
        }
        write();

        for (int number = 0; number < KEYS; number++) {
            assertEquals(0, PgLocks.holders(recommended.lockId(key(number))), "nothing is left");
        }
        double floor = quantile(FLOOR, 0.1);
        nanos.keySet()
                .forEach(name -> assertTrue(
                        quantile(name, 0.1) <= TIMES_FLOOR * floor,
                        () -> name + ": " + quantile(name, 0.1) + " us, floor " + floor));
    }

    /** All have their turn in each round, so that whatever disturbs the machine disturbs all alike. */
    private void measure(Map<String, Pair> pairs) throws Exception {
        pairs.keySet().forEach(name -> nanos.put(name, new long[ROUNDS * (PAIRS - 1)]));
        for (int round = -ROUNDS_TO_WARM_UP; round < ROUNDS; round++) {
            for (Map.Entry<String, Pair> pair : pairs.entrySet()) {
                for (int i = 0; i < PAIRS; i++) {
                    long start = System.nanoTime();
                    pair.getValue().run(Math.floorMod(round * PAIRS + i, KEYS));
                    // The first pair finds the caches as the one before has left them.
                    if (round >= 0 && i > 0) {
                        nanos.get(pair.getKey())[round * (PAIRS - 1) + i - 1] = System.nanoTime() - start;
                    }
                }
            }
        }
        nanos.values().forEach(Arrays::sort);
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

    private double quantile(String name, double part) {
        long[] sorted = nanos.get(name);
        return sorted[(int) (part * (sorted.length - 1))] / 1e3;
    }

    private void write() throws IOException {
        StringBuilder table =
                new StringBuilder("| in WildFly | 10th percentile, us | x floor | median, us | x floor |\n"
                        + "| --- | ---: | ---: | ---: | ---: |\n");
        for (String name : nanos.keySet()) {
            double p10 = quantile(name, 0.1);
            double median = quantile(name, 0.5);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.2f | %.1f | %.2f |%n",
                    name,
                    p10,
                    p10 / quantile(FLOOR, 0.1),
                    median,
                    median / quantile(FLOOR, 0.5)));
        }
        Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), "container.md"), table);
        System.out.println(table);
    }
}
