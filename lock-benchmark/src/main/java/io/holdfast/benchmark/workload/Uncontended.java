// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.machine.Processors;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One thread, and nobody else wants the key. A client and the process of its connection settle on one processor or on
 * two, which alone changes the floor by a factor of two; so connections are opened again several times, and contenders
 * alternate after a few pairs.
 */
final class Uncontended {

    private static final int POOL = 4;
    private static final int KEYS = 64;
    private static final int PAIRS_IN_A_TURN = 6;
    private static final int WARM_UP_PAIRS = 30_000;

    /** The code is compiled in the first generation; later ones, and the network, need less time. */
    private static final int SHORTER_WARM_UP = 10;

    private final Bench bench;
    private final Case workload;
    private final Map<String, Histogram> ofAll = new LinkedHashMap<>();

    Uncontended(Bench bench, boolean delayed) {
        this.bench = bench;
        this.workload = new Case(Workload.UNCONTENDED, delayed);
    }

    void run() throws Exception {
        boolean delayed = workload.delayed();
        int generations =
                delayed ? bench.scale().fewRepetitions() : bench.scale().generations();
        for (int i = 1; i <= generations; i++) {
            int generation = i;
            try (Interleaved contenders =
                    new Interleaved(bench, workload, bench.site(POOL, delayed), bench.contenders(delayed))) {
                generation(contenders, generation);
            }
        }
        ofAll.forEach((name, pairs) ->
                bench.results().add(workload, name, Metric.PAIR_P10, generations + 1, pairs.micros(0.1)));
    }

    private void generation(Interleaved contenders, int generation) throws InterruptedException {
        long warmUp = bench.scale().warmUp().toNanos() / (generation == 1 && !workload.delayed() ? 1 : SHORTER_WARM_UP);
        contenders.unrecorded(turn -> {
            long end = System.nanoTime() + warmUp;
            for (int i = 0; i < WARM_UP_PAIRS && System.nanoTime() < end; i++) {
                pair(turn.contender, i);
            }
        });
        Processors.Mark start = bench.processors().mark();
        Map<String, Histogram> pairs = new HashMap<>();
        int rounds = workload.delayed()
                ? bench.scale().fewRepetitions() * 10
                : bench.scale().rounds();
        for (int i = 0; i < rounds; i++) {
            int round = i;
            contenders.unrecorded(turn -> {
                Histogram histogram = pairs.computeIfAbsent(turn.name, name -> new Histogram());
                for (int j = 0; j < PAIRS_IN_A_TURN; j++) {
                    long nanos = pair(turn.contender, round * PAIRS_IN_A_TURN + j);
                    // The first pair finds the caches as the contender before has left them.
                    if (j > 0) {
                        histogram.add(nanos);
                    }
                }
            });
        }
        double strangers = bench.processors().strangersSince(start);
        pairs.forEach((name, histogram) -> {
            bench.results().add(workload, name, Metric.STRANGERS, generation, strangers);
            bench.results().add(workload, name, Metric.PAIR_P50, generation, histogram.micros(0.5));
            ofAll.computeIfAbsent(name, any -> new Histogram()).add(histogram);
        });
    }

    private static long pair(Contender contender, int number) throws Exception {
        String key = "uncontended/" + number % KEYS;
        long start = System.nanoTime();
        Object held = Objects.requireNonNull(contender.tryAcquire(key), "refused");
        contender.release(held);
        return System.nanoTime() - start;
    }
}
