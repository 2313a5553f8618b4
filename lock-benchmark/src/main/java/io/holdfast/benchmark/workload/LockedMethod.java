// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Environment;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.time.Duration;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A method of a bean that runs under its lock, in a CDI container without a server. */
final class LockedMethod {

    private static final int POOL = 4;
    private static final int CALLS_IN_A_TURN = 6;
    private static final int KEYS = 64;

    /** Where the container finds the database: beans are created by the container. */
    private static volatile @Nullable DataSource dataSource;

    /** The database of the default domain. */
    @ApplicationScoped
    static class Database {

        @Produces
        @ApplicationScoped
        DataSource dataSource() {
            return Objects.requireNonNull(dataSource);
        }
    }

    /** Has a method that does nothing under its lock, and one that does nothing. */
    @ApplicationScoped
    static class Work {

        @Locked("benchmark/#{id}")
        int locked(int id) {
            return id;
        }

        int unlocked(int id) {
            return id;
        }
    }

    private final Bench bench;

    LockedMethod(Bench bench) {
        this.bench = bench;
    }

    void run() throws Exception {
        try (Environment environment = new Environment(bench.site(POOL), "locked")) {
            dataSource = environment.pool();
            try (SeContainer container = SeContainerInitializer.newInstance()
                    .addBeanClasses(Database.class, Work.class)
                    .initialize()) {
                Work work = container.select(Work.class).get();
                Locker locker = container.select(Locker.class).get();
                slice(work, locker, 0, bench.scale().warmUp());
                for (int i = 1; i <= bench.scale().repetitions(); i++) {
                    slice(work, locker, i, bench.scale().slice(2));
                }
            }
        } finally {
            dataSource = null;
        }
    }

    private void slice(Work work, Locker locker, int repetition, Duration duration) throws InterruptedException {
        Histogram methods = new Histogram();
        Histogram locks = new Histogram();
        long end = System.nanoTime() + duration.toNanos();
        for (int round = 0; System.nanoTime() < end; round++) {
            for (int i = 0; i < CALLS_IN_A_TURN; i++) {
                int id = (round + i) % KEYS;
                long start = System.nanoTime();
                work.locked(id);
                long called = System.nanoTime();
                if (i > 0) {
                    methods.add(called - start);
                }
            }
            for (int i = 0; i < CALLS_IN_A_TURN; i++) {
                int id = (round + i) % KEYS;
                long start = System.nanoTime();
                locker.acquire("benchmark/" + id).release();
                work.unlocked(id);
                long called = System.nanoTime();
                if (i > 0) {
                    locks.add(called - start);
                }
            }
        }
        if (repetition > 0) {
            Case workload = Case.of(Workload.LOCKED);
            bench.results().add(workload, Workload.Texts.LOCKER, Metric.CALL, repetition, locks.micros(0.5));
            bench.results().add(workload, "@Locked", Metric.CALL, repetition, methods.micros(0.5));
        }
    }
}
