// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One JVM of those that contend in {@link MutualExclusionLoadIT}. Its output is the history of its grants.
 *
 * <p>All JVMs count time from the same origin: {@link System#nanoTime()} is CLOCK_MONOTONIC on Linux, which is one clock for
 * all processes of the machine. The test checks that the moments lie within the life of the process as it saw it.
 */
final class LoadProcess {

    static final int WORKERS = 8;

    private static final int CONNECTIONS = 12;

    private LoadProcess() {}

    /**
     * The parameters that every process receives.
     *
     * @param url the database
     * @param user its user
     * @param password the user's
     * @param mode how locks are spread over sessions
     * @param handOver for how long after a proof a lock may pass from holder to holder
     * @param seed what all random choices follow from
     * @param originNanos when the run began
     * @param seconds how long to go on
     * @param keys what to contend for
     */
    record Order(
            String url,
            String user,
            String password,
            SessionMode mode,
            Duration handOver,
            long seed,
            long originNanos,
            int seconds,
            List<String> keys) {

        Order withSeed(long other) {
            return new Order(url, user, password, mode, handOver, other, originNanos, seconds, keys);
        }

        List<String> arguments() {
            return List.of(
                    url,
                    user,
                    password,
                    mode.name(),
                    handOver.toString(),
                    "" + seed,
                    "" + originNanos,
                    "" + seconds,
                    String.join(",", keys));
        }

        static Order parse(String[] arguments) {
            return new Order(
                    arguments[0],
                    arguments[1],
                    arguments[2],
                    SessionMode.valueOf(arguments[3]),
                    Duration.parse(arguments[4]),
                    Long.parseLong(arguments[5]),
                    Long.parseLong(arguments[6]),
                    Integer.parseInt(arguments[7]),
                    List.of(arguments[8].split(",")));
        }
    }

    public static void main(String[] arguments) throws Exception {
        Order order = Order.parse(arguments);
        List<LoadWorker> workers = new ArrayList<>();
        try (HikariDataSource pool = pool(order);
                PostgresLocker locker = new PostgresLocker(config(order), ConnectionSource.of(pool), List.of())) {
            for (int i = 0; i < WORKERS; i++) {
                workers.add(new LoadWorker(
                        locker, DriverManager.getConnection(order.url(), order.user(), order.password()), order, i));
            }
            run(workers, order);
        }
        workers.forEach(LoadWorker::print);
    }

    private static LockerConfig config(Order order) {
        return LockerConfig.DEFAULT
                .sessions(order.mode())
                .handOver(order.handOver())
                .checkInterval(Duration.ofMillis(500))
                .waitSlice(Duration.ofMillis(500));
    }

    private static HikariDataSource pool(Order order) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(order.url());
        config.setUsername(order.user());
        config.setPassword(order.password());
        config.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(config);
    }

    private static void run(List<LoadWorker> workers, Order order) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<Void>> running = new ArrayList<>();
        workers.forEach(worker -> running.add(threads.submit(worker)));
        Random random = new Random(order.seed());
        while (running.stream().anyMatch(worker -> !worker.isDone())) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
            workers.get(random.nextInt(WORKERS)).interruptIfWaiting();
        }
        threads.shutdown();
        for (Future<Void> worker : running) {
            worker.get();
        }
    }
}
