// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Environment;
import io.holdfast.benchmark.machine.CountedSockets;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Holdfast holds many locks at once, and checks whether it still has them. */
final class ManyLocks {

    private static final int LOCKS_PER_CONNECTION = 100;
    private static final int SPARE_CONNECTIONS = 5;
    private static final int THREADS = 8;
    private static final int WARM_UP_CHECKS = 10;
    private static final int CHECKS = 40;

    private final Bench bench;

    ManyLocks(Bench bench) {
        this.bench = bench;
    }

    void run() throws Exception {
        int sessions = bench.scale().sessions();
        hold("Holdfast pinned", SessionMode.PINNED, sessions, sessions + SPARE_CONNECTIONS);
        hold("Holdfast shared", SessionMode.SHARED, sessions, sharedPool(sessions));
        hold(
                "Holdfast shared",
                SessionMode.SHARED,
                bench.scale().many(),
                sharedPool(bench.scale().many()));
    }

    /** The connections for so many locks on shared sessions. */
    static int sharedPool(int count) {
        return Math.max(10, count / LOCKS_PER_CONNECTION);
    }

    private void hold(String name, SessionMode mode, int count, int pool) throws Exception {
        // Only the checks that are measured should ask the server.
        LockerConfig config = LockerConfig.DEFAULT
                .sessions(mode)
                .maxLocks(2 * count)
                .checkInterval(Duration.ofHours(1))
                .heartbeat(Duration.ZERO);
        String contender = name + ", " + count;
        try (Environment environment = new Environment(bench.site(pool), "many");
                PostgresLocker locker =
                        new PostgresLocker(config, ConnectionSource.of(environment.pool()), List.of())) {
            locker.ping();
            LockHandle[] held = new LockHandle[count];
            double acquired = seconds(count, number -> held[number] = locker.acquire(LockRequest.of("many/" + number)));
            record(
                    Workload.MANY_LOCKS,
                    contender,
                    Metric.CONNECTIONS,
                    bench.postgres().lockSessions());
            record(Workload.MANY_LOCKS, contender, Metric.ACQUIRE_ALL, acquired);
            check(locker, contender);
            record(
                    Workload.LOSS_CHECK,
                    contender,
                    Metric.CONNECTIONS,
                    bench.postgres().lockSessions());
            for (LockHandle each : held) {
                if (!each.isHeld()) {
                    throw new IllegalStateException("a lock was lost");
                }
            }
            record(
                    Workload.MANY_LOCKS,
                    contender,
                    Metric.RELEASE_ALL,
                    seconds(count, number -> held[number].release()));
        }
    }

    private static double seconds(int count, Crew.Task task) throws Exception {
        AtomicInteger next = new AtomicInteger();
        long start = System.nanoTime();
        Crew.run(THREADS, any -> {
            for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                task.run(number);
            }
        });
        return (System.nanoTime() - start) / 1e9;
    }

    private void check(PostgresLocker locker, String contender) throws ReflectiveOperationException {
        Object check = field(field(field(locker, "heldLocks"), "watch"), "check");
        Method run = check.getClass().getDeclaredMethod("run");
        run.setAccessible(true);
        for (int i = 0; i < WARM_UP_CHECKS; i++) {
            run.invoke(check);
        }
        Histogram durations = new Histogram();
        long roundTrips = CountedSockets.roundTrips();
        for (int i = 0; i < CHECKS; i++) {
            long start = System.nanoTime();
            run.invoke(check);
            durations.add(System.nanoTime() - start);
        }
        record(Workload.LOSS_CHECK, contender, Metric.CHECK, durations.millis(0.5));
        record(
                Workload.LOSS_CHECK,
                contender,
                Metric.ROUND_TRIPS,
                (double) (CountedSockets.roundTrips() - roundTrips) / CHECKS);
    }

    /** A locker checks by itself at intervals only; its check is called where it is. */
    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }

    private void record(Workload workload, String contender, Metric metric, double value) {
        bench.results().add(Case.of(workload), contender, metric, 1, value);
    }
}
