// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.ContenderFactory.Reach;
import io.holdfast.benchmark.contender.Contenders;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** 200 threads wait for a key that another thread holds, while one more thread needs unrelated locks. */
final class Waiters {

    private static final int POOL = 10;
    private static final int THREADS = 200;
    private static final int OTHER_KEYS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration POOL_PATIENCE = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS = 5;
    private static final String KEY = "wanted";

    private final Bench bench;

    Waiters(Bench bench) {
        this.bench = bench;
    }

    void run() throws InterruptedException {
        try (Interleaved contenders = new Interleaved(
                bench,
                Case.of(Workload.WAITERS),
                bench.site(POOL, POOL_PATIENCE),
                bench.contenders(factory ->
                        factory.reach() != Reach.JVM && !factory.name().equals(Contenders.FLOOR)))) {
            contenders.measure(
                    bench.scale().fewRepetitions(),
                    turn -> new Wait(turn).run(bench.scale().slice(2)));
        }
    }

    /** All that wait for one release. */
    private static final class Wait {

        private final Interleaved.Turn turn;
        private final CountDownLatch isHeld = new CountDownLatch(1);
        private final CountDownLatch mayRelease = new CountDownLatch(1);
        private final AtomicLong released = new AtomicLong();
        private final AtomicLong lastDone = new AtomicLong();
        private final LongAdder errors = new LongAdder();
        private final LongAdder tried = new LongAdder();
        private final LongAdder served = new LongAdder();

        Wait(Interleaved.Turn turn) {
            this.turn = turn;
        }

        void run(Duration duration) throws Exception {
            Crew crew = Crew.start(THREADS + 2, number -> {
                if (number == 0) {
                    hold();
                } else if (number == 1) {
                    useOthers();
                } else {
                    waitForIt();
                }
            });
            try {
                isHeld.await();
                turn.record(Metric.CONNECTIONS, mostConnections(duration));
            } finally {
                mayRelease.countDown();
                crew.join();
            }
            turn.record(Metric.SERVED, 100.0 * served.sum() / Math.max(1, tried.sum()));
            turn.record(Metric.DRAIN, (lastDone.get() - released.get()) / 1e6);
            turn.record(Metric.ERRORS, errors.doubleValue());
        }

        /** After the first half, when all have begun to wait. */
        private double mostConnections(Duration duration) throws InterruptedException {
            Thread.sleep(duration.dividedBy(2).toMillis());
            long end = System.nanoTime() + duration.dividedBy(2).toNanos();
            int most = turn.environment.borrowed();
            while (System.nanoTime() < end) {
                Thread.sleep(PAUSE_MILLIS);
                most = Math.max(most, turn.environment.borrowed());
            }
            return most;
        }

        private void hold() throws Exception {
            try {
                Object held = Objects.requireNonNull(turn.contender.tryAcquire(KEY), "refused");
                isHeld.countDown();
                mayRelease.await();
                released.set(System.nanoTime());
                turn.contender.release(held);
            } finally {
                isHeld.countDown();
            }
        }

        private void waitForIt() throws Exception {
            isHeld.await();
            try {
                Object held = turn.contender.acquire(KEY, PATIENCE);
                if (held == null) {
                    errors.increment();
                } else {
                    turn.contender.release(held);
                    lastDone.accumulateAndGet(System.nanoTime(), Math::max);
                }
            } catch (SQLException | RuntimeException e) {
                errors.increment();
            }
        }

        /** A try that ends only after the release was not served in time. */
        private void useOthers() throws Exception {
            isHeld.await();
            for (int i = 0; released.get() == 0; i++) {
                Thread.sleep(PAUSE_MILLIS);
                long start = System.nanoTime();
                boolean granted = tryOther(i);
                boolean late = released.get() != 0;
                if (!late || System.nanoTime() - start > Duration.ofSeconds(1).toNanos() / 10) {
                    tried.increment();
                    if (granted && !late) {
                        served.increment();
                    }
                }
            }
        }

        private boolean tryOther(int number) throws Exception {
            try {
                Object held = turn.contender.tryAcquire("unrelated/" + number % OTHER_KEYS);
                if (held == null) {
                    return false;
                }
                turn.contender.release(held);
                return true;
            } catch (SQLException | RuntimeException e) {
                return false;
            }
        }
    }
}
