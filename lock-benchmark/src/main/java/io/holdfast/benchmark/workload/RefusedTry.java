// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.machine.CountedSockets;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/** A thread tries a key that another thread of the same JVM holds. */
final class RefusedTry {

    private static final int POOL = 4;
    private static final int TRIES = 20_000;
    private static final String KEY = "refused";

    private final Bench bench;

    RefusedTry(Bench bench) {
        this.bench = bench;
    }

    void run() throws InterruptedException {
        try (Interleaved contenders = new Interleaved(
                bench, Case.of(Workload.REFUSED), bench.site(POOL), bench.contenders(factory -> true))) {
            contenders.unrecorded(turn -> slice(turn, bench.scale().warmUp().dividedBy(4)));
            contenders.measure(
                    bench.scale().repetitions(),
                    turn -> slice(turn, bench.scale().slice().dividedBy(2)));
        }
    }

    private static void slice(Interleaved.Turn turn, Duration duration) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch measured = new CountDownLatch(1);
        Crew holder = Crew.start(1, any -> {
            try {
                Object lock = Objects.requireNonNull(turn.contender.tryAcquire(KEY), "refused");
                held.countDown();
                measured.await();
                turn.contender.release(lock);
            } finally {
                held.countDown();
            }
        });
        try {
            held.await();
            measure(turn, duration);
        } finally {
            measured.countDown();
            holder.join();
        }
    }

    private static void measure(Interleaved.Turn turn, Duration duration) throws Exception {
        Histogram tries = new Histogram();
        long roundTrips = CountedSockets.roundTrips();
        long end = System.nanoTime() + duration.toNanos();
        int done = 0;
        for (long start = System.nanoTime(); start < end && done < TRIES; start = System.nanoTime()) {
            Object granted = turn.contender.tryAcquire(KEY);
            tries.add(System.nanoTime() - start);
            done++;
            if (granted != null) {
                throw new IllegalStateException("a key was granted twice");
            }
        }
        turn.record(Metric.REFUSAL, tries.micros(0.5));
        turn.record(Metric.ROUND_TRIPS, (double) (CountedSockets.roundTrips() - roundTrips) / done);
    }
}
