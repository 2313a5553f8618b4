// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One key that many threads want, in one JVM or in two, with an empty section and with longer ones. */
final class HotKey {

    static final int THREADS = 16;

    /** Threads that use all processors leave the compiler little time. */
    static final int WARM_UP_SLICES = 8;

    /** How long the holder stays inside. */
    enum Inside {
        EMPTY(0, 1, Workload.ONE_KEY, Workload.TWO_JVMS),
        MILLISECOND(1, 1, Workload.ONE_KEY_1_MS, Workload.TWO_JVMS_1_MS),
        TEN_MILLISECONDS(10, 2, Workload.ONE_KEY_10_MS, Workload.TWO_JVMS_10_MS);

        final Duration duration;
        private final int slices;
        final Workload oneJvm;
        final Workload twoJvms;

        Inside(int millis, int slices, Workload oneJvm, Workload twoJvms) {
            this.duration = Duration.ofMillis(millis);
            this.slices = slices;
            this.oneJvm = oneJvm;
            this.twoJvms = twoJvms;
        }

        /** Fewer holders fit into a slice the longer they stay. */
        Duration slice(Scale scale) {
            return scale.slice(slices);
        }

        int repetitions(Scale scale, boolean delayed) {
            return this == EMPTY && !delayed ? scale.repetitions() : scale.fewRepetitions();
        }

        /** What is done in a slice. */
        Contention.Order order(Scale scale, int threads) {
            Duration slice = slice(scale);
            return new Contention.Order("hot", threads, slice.dividedBy(5), slice, duration);
        }
    }

    private final Bench bench;
    private final Interleaved contenders;
    private final Inside inside;
    private final Case workload;

    HotKey(Bench bench, Interleaved contenders, Inside inside, boolean delayed) {
        this.bench = bench;
        this.contenders = contenders;
        this.inside = inside;
        this.workload = new Case(inside.oneJvm, delayed);
    }

    void run() throws IOException, InterruptedException {
        Section section = new Section(bench.directory().resolve("section"));
        contenders.begin(workload);
        for (int i = 0; i < (inside == Inside.EMPTY && !workload.delayed() ? WARM_UP_SLICES : 1); i++) {
            contenders.unrecorded(turn -> slice(turn, section));
        }
        contenders.measure(inside.repetitions(bench.scale(), workload.delayed()), turn -> slice(turn, section));
    }

    private void slice(Interleaved.Turn turn, Section section) throws Exception {
        section.reset();
        Contention.Order order = inside.order(bench.scale(), THREADS);
        Contention.Outcome outcome = new Contention(turn.contender, section, 0).run(order, System.nanoTime());
        record(turn::record, List.of(outcome), order, section);
        turn.record(Metric.MOST_TO_LEAST, mostToLeast(outcome));
    }

    private static double mostToLeast(Contention.Outcome outcome) {
        long most = 0;
        long least = Long.MAX_VALUE;
        for (long served : outcome.perThread()) {
            most = Math.max(most, served);
            least = Math.min(least, served);
        }
        return (double) most / least;
    }

    /** Takes a figure. */
    interface Recorder {
        void record(Metric metric, double value);
    }

    /** What is the same for one JVM and for two. */
    static void record(Recorder recorder, List<Contention.Outcome> outcomes, Contention.Order order, Section section) {
        Histogram waits = new Histogram();
        List<Long> acquisitions = new ArrayList<>();
        long entries = 0;
        long timeouts = 0;
        double roundTrips = 0;
        for (Contention.Outcome outcome : outcomes) {
            waits.add(outcome.waits());
            acquisitions.add(outcome.acquisitions());
            entries += outcome.entries();
            timeouts += outcome.timeouts();
            roundTrips += outcome.roundTrips() * outcome.entries();
        }
        double seconds = order.duration().toNanos() / 1e9;
        recorder.record(
                Metric.ACQUISITIONS,
                acquisitions.stream().mapToLong(Long::longValue).sum() / seconds);
        recorder.record(Metric.ROUND_TRIPS, roundTrips / Math.max(1, entries));
        recorder.record(Metric.WAIT_P99, waits.millis(0.99));
        recorder.record(Metric.ERRORS, (double) timeouts);
        recorder.record(Metric.VIOLATIONS, (double) section.violations(entries));
    }
}
