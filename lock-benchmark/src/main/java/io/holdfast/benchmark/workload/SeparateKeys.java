// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.machine.CountedSockets;
import io.holdfast.benchmark.machine.ThreadCosts;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.LongAdder;

/** 16 threads, each with its own keys. */
final class SeparateKeys {

    private static final int THREADS = HotKey.THREADS;
    private static final int KEYS = 64;

    /** Threads that use all processors leave the compiler little time, so one thread alone works, too. */
    private static final int[] WARM_UP_THREADS = {1, THREADS, 1};

    private final Bench bench;
    private final Interleaved contenders;
    private final Case workload;

    SeparateKeys(Bench bench, Interleaved contenders, boolean delayed) {
        this.bench = bench;
        this.contenders = contenders;
        this.workload = new Case(Workload.SEPARATE_KEYS, delayed);
    }

    void run() throws InterruptedException {
        Scale scale = bench.scale();
        contenders.begin(workload);
        for (int threads : workload.delayed() ? new int[] {THREADS} : WARM_UP_THREADS) {
            contenders.unrecorded(turn -> slice(turn, threads, scale.warmUp().dividedBy(2)));
        }
        contenders.measure(
                workload.delayed() ? scale.fewRepetitions() : scale.repetitions(),
                turn -> slice(turn, THREADS, scale.slice()));
    }

    private static void slice(Interleaved.Turn turn, int threads, Duration duration) throws Exception {
        LongAdder pairs = new LongAdder();
        CyclicBarrier barrier = new CyclicBarrier(threads + 1);
        Crew crew = Crew.start(threads, number -> {
            try {
                pair(turn.contender, number, 0);
                barrier.await();
                barrier.await();
                long end = System.nanoTime() + duration.toNanos();
                int done = 0;
                while (System.nanoTime() < end) {
                    pair(turn.contender, number, done);
                    done++;
                }
                pairs.add(done);
                barrier.await();
                barrier.await();
            } catch (Exception e) {
                barrier.reset();
                throw e;
            }
        });
        try {
            barrier.await();
            ThreadCosts before = ThreadCosts.now();
            long roundTrips = CountedSockets.roundTrips();
            long start = System.nanoTime();
            barrier.await();
            barrier.await();
            double seconds = (System.nanoTime() - start) / 1e9;
            double trips = CountedSockets.roundTrips() - roundTrips;
            ThreadCosts after = ThreadCosts.now();
            barrier.await();
            turn.record(Metric.PAIRS, pairs.sum() / seconds);
            turn.record(Metric.ROUND_TRIPS, trips / pairs.sum());
            turn.record(Metric.ALLOCATED, after.bytesSince(before) / pairs.sum());
            turn.record(Metric.SWITCHES, after.switchesSince(before) / pairs.sum());
        } finally {
            crew.join();
        }
    }

    private static void pair(Contender contender, int thread, int number) throws Exception {
        String key = "separate/" + thread + "/" + number % KEYS;
        contender.release(Objects.requireNonNull(contender.tryAcquire(key), "refused"));
    }
}
