// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Contenders;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** 64 threads with a key each stay 5 ms inside with 8 connections, of which the holder may need one as well. */
final class SmallPool {

    private static final int POOL = 8;
    private static final int THREADS = 64;
    private static final Duration INSIDE = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Bench bench;
    private final boolean withWork;

    SmallPool(Bench bench, boolean withWork) {
        this.bench = bench;
        this.withWork = withWork;
    }

    void run() throws InterruptedException {
        Workload workload = withWork ? Workload.SMALL_POOL_WITH_WORK : Workload.SMALL_POOL;
        try (Interleaved contenders = new Interleaved(
                bench,
                Case.of(workload),
                bench.site(POOL, PATIENCE),
                bench.contenders(factory -> !withWork || !factory.name().equals(Contenders.FLOOR)))) {
            contenders.unrecorded(turn -> slice(turn, bench.scale().slice().dividedBy(2)));
            contenders.measure(
                    withWork ? 1 : bench.scale().repetitions(),
                    turn -> slice(turn, bench.scale().slice(withWork ? 3 : 1)));
        }
    }

    private void slice(Interleaved.Turn turn, Duration duration) throws Exception {
        Histogram[] waits = new Histogram[THREADS];
        LongAdder done = new LongAdder();
        LongAdder errors = new LongAdder();
        long end = System.nanoTime() + duration.toNanos();
        Crew.run(THREADS, thread -> {
            Histogram own = new Histogram();
            waits[thread] = own;
            for (long asked = System.nanoTime(); asked < end; asked = System.nanoTime()) {
                try {
                    long acquired = hold(turn, "pool/" + thread);
                    if (System.nanoTime() < end) {
                        own.add(acquired - asked);
                        done.increment();
                    }
                } catch (SQLException | RuntimeException e) {
                    errors.increment();
                }
            }
        });
        Histogram all = new Histogram();
        Arrays.stream(waits).forEach(all::add);
        turn.record(Metric.ACQUISITIONS, done.sum() * 1e9 / duration.toNanos());
        turn.record(Metric.WAIT_P99, all.millis(0.99));
        turn.record(Metric.ERRORS, errors.doubleValue());
    }

    /** Returns when the lock was acquired. */
    private long hold(Interleaved.Turn turn, String key) throws Exception {
        Object held = turn.contender.acquire(key, PATIENCE);
        long acquired = System.nanoTime();
        if (held == null) {
            throw new IllegalStateException("not available in time");
        }
        try {
            if (withWork) {
                try (Connection connection = turn.environment.pool().getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("select 1");
                }
            }
            long until = acquired + INSIDE.toNanos();
            for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        } finally {
            turn.contender.release(held);
        }
        return acquired;
    }
}
