// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.ContenderFactory.Reach;
import io.holdfast.benchmark.machine.Processors;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.workload.HotKey.Inside;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** One key that the threads of two JVMs want. */
final class TwoJvms implements AutoCloseable {

    private static final int JVMS = 2;
    private static final int POOL = 10;

    private static final Duration LEAD = Duration.ofMillis(5);

    private final Bench bench;
    private final boolean delayed;
    private final List<OtherJvm> jvms = new ArrayList<>();
    private final List<String> contenders = new ArrayList<>();
    private final Random random = new Random(1);
    private final Section section;

    TwoJvms(Bench bench, boolean delayed) throws IOException {
        this.bench = bench;
        this.delayed = delayed;
        Path file = bench.directory().resolve("section-of-two");
        this.section = new Section(file);
        for (int i = 0; i < JVMS; i++) {
            Path log = bench.directory().resolve("jvm-" + i + ".log");
            jvms.add(new OtherJvm(i, JVMS, bench.site(POOL, delayed), file, log));
        }
    }

    void run() throws InterruptedException {
        for (ContenderFactory factory : bench.contenders(delayed)) {
            if (factory.reach() != Reach.JVM) {
                guarded(new Case(Inside.EMPTY.twoJvms, delayed), factory.name(), () -> {
                    askAll("OPEN " + name(factory.name()));
                    contenders.add(factory.name());
                });
            }
        }
        for (int i = 0; i < HotKey.WARM_UP_SLICES; i++) {
            sliceOfEach(Inside.EMPTY, 0);
        }
        for (Inside inside : Inside.values()) {
            for (int i = 0; i <= inside.repetitions(bench.scale(), delayed); i++) {
                sliceOfEach(inside, i);
            }
        }
    }

    /** In random order. The repetition with the number zero is not recorded. */
    private void sliceOfEach(Inside inside, int repetition) throws InterruptedException {
        Case workload = new Case(inside.twoJvms, delayed);
        Collections.shuffle(contenders, random);
        for (String contender : List.copyOf(contenders)) {
            guarded(workload, contender, () -> slice(workload, contender, inside, repetition));
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void guarded(Case workload, String contender, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            bench.results().failed(workload, contender, e);
            contenders.remove(contender);
        }
    }

    private void slice(Case workload, String contender, Inside inside, int repetition) throws IOException {
        section.reset();
        Contention.Order order = inside.order(bench.scale(), HotKey.THREADS / JVMS);
        Processors.Mark start = bench.processors().mark();
        List<Contention.Outcome> outcomes = new ArrayList<>();
        long startNanos = System.nanoTime() + LEAD.toNanos();
        for (String answer : askAll("RUN " + name(contender) + " " + startNanos + " " + order.encode())) {
            outcomes.add(Contention.Outcome.decode(answer.split(" ", -1), 0));
        }
        if (repetition > 0) {
            HotKey.Recorder recorder =
                    (metric, value) -> bench.results().add(workload, contender, metric, repetition, value);
            HotKey.record(recorder, outcomes, order, section);
            recorder.record(Metric.SHARE, smallerShare(outcomes));
            recorder.record(Metric.STRANGERS, bench.processors().strangersSince(start));
        }
    }

    private static double smallerShare(List<Contention.Outcome> outcomes) {
        long sum = outcomes.stream().mapToLong(Contention.Outcome::acquisitions).sum();
        long least = outcomes.stream()
                .mapToLong(Contention.Outcome::acquisitions)
                .min()
                .orElse(0);
        return (double) least / sum;
    }

    /** All are asked before the first answer is read. */
    private List<String> askAll(String question) throws IOException {
        for (OtherJvm jvm : jvms) {
            jvm.ask(question);
        }
        List<String> answers = new ArrayList<>();
        IOException failure = null;
        for (OtherJvm jvm : jvms) {
            try {
                answers.add(jvm.answer());
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return answers;
    }

    /** As a single word. */
    private static String name(String contender) {
        return contender.replace(' ', '_');
    }

    @Override
    public void close() {
        jvms.forEach(OtherJvm::close);
    }
}
