// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Environment;
import io.holdfast.benchmark.contender.Environment.Site;
import io.holdfast.benchmark.machine.Processors;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The contenders of a workload, open at the same time. In each repetition all have a slice, in random order, so that
 * whatever disturbs the machine disturbs all alike. A contender that fails takes no further part.
 */
final class Interleaved implements AutoCloseable {

    /** What a contender does for a while. */
    interface Slice {
        void run(Turn turn) throws Exception;
    }

    private record Open(Contender contender, Environment environment) {}

    private final Bench bench;
    private Case workload;
    private final Map<String, Open> all = new LinkedHashMap<>();
    private final Random random = new Random(1);

    Interleaved(Bench bench, Case workload, Site site, List<ContenderFactory> factories) {
        this.bench = bench;
        this.workload = workload;
        factories.forEach(factory -> open(factory, site));
    }

    @SuppressWarnings("resource") // closed with this
    private void open(ContenderFactory factory, Site site) {
        Environment environment = new Environment(site, factory.name().replaceAll("\\W+", "-"));
        try {
            all.put(factory.name(), new Open(factory.open(environment), environment));
        } catch (Exception e) {
            environment.close();
            bench.results().failed(workload, factory.name(), e);
        }
    }

    /** What follows is a different workload for the same contenders. */
    void begin(Case next) {
        workload = next;
    }

    /** A slice of a contender. The repetition is 0 if nothing is recorded. */
    final class Turn {

        final String name;
        final Contender contender;
        final Environment environment;
        final int repetition;

        private Turn(String name, Open open, int repetition) {
            this.name = name;
            this.contender = open.contender;
            this.environment = open.environment;
            this.repetition = repetition;
        }

        void record(Metric metric, double value) {
            if (repetition > 0) {
                bench.results().add(workload, name, metric, repetition, value);
            }
        }
    }

    private List<String> shuffled() {
        List<String> names = new ArrayList<>(all.keySet());
        Collections.shuffle(names, random);
        return names;
    }

    /** All have this slice once, and nothing is recorded. */
    void unrecorded(Slice slice) throws InterruptedException {
        repetition(0, slice);
    }

    /** All have this slice several times. */
    void measure(int repetitions, Slice slice) throws InterruptedException {
        for (int i = 1; i <= repetitions; i++) {
            repetition(i, slice);
        }
    }

    private void repetition(int number, Slice slice) throws InterruptedException {
        for (String name : shuffled()) {
            Turn turn = new Turn(name, Objects.requireNonNull(all.get(name)), number);
            try {
                if (number == 0) {
                    slice.run(turn);
                } else {
                    Processors.Mark start = bench.processors().mark();
                    slice.run(turn);
                    turn.record(Metric.STRANGERS, bench.processors().strangersSince(start));
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                failed(name, e);
            }
        }
    }

    private void failed(String name, Exception failure) {
        bench.results().failed(workload, name, failure);
        close(name, all.remove(name));
    }

    private void close(String name, @Nullable Open open) {
        if (open != null) {
            try {
                open.contender.close();
            } catch (SQLException | RuntimeException e) {
                bench.results().failed(workload, name, e);
            } finally {
                open.environment.close();
            }
        }
    }

    @Override
    public void close() {
        all.forEach(this::close);
    }
}
