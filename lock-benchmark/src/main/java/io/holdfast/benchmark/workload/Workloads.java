// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Workload;
import java.util.function.Consumer;

/** Runs all workloads, one after the other. */
public final class Workloads {

    private interface Step {
        void run() throws Exception;
    }

    /** A regular expression; for those who change one of them. */
    private static final String ONLY = System.getProperty("benchmark.only", ".*");

    private final Bench bench;
    private final Consumer<String> progress;

    /** The progress is for people who wait. */
    public Workloads(Bench bench, Consumer<String> progress) {
        this.bench = bench;
        this.progress = progress;
    }

    /** Runs all. What a contender or a whole workload cannot do is among the results. */
    public void run() throws InterruptedException {
        for (boolean delayed : new boolean[] {false, true}) {
            String network = delayed ? ", with a simulated network" : "";
            step("one thread" + network, new Case(Workload.UNCONTENDED, delayed), () -> {
                new Uncontended(bench, delayed).run();
            });
            step("one JVM" + network, new Case(Workload.ONE_KEY, delayed), () -> new OneJvm(bench, delayed).run());
            step("two JVMs" + network, new Case(Workload.TWO_JVMS, delayed), () -> {
                try (TwoJvms two = new TwoJvms(bench, delayed)) {
                    two.run();
                }
            });
        }
        step("refused tries", Case.of(Workload.REFUSED), () -> new RefusedTry(bench).run());
        step("a small pool", Case.of(Workload.SMALL_POOL), () -> new SmallPool(bench, false).run());
        step("a small pool with work", Case.of(Workload.SMALL_POOL_WITH_WORK), () -> new SmallPool(bench, true).run());
        step("waiters", Case.of(Workload.WAITERS), () -> new Waiters(bench).run());
        step("many locks", Case.of(Workload.MANY_LOCKS), () -> new ManyLocks(bench).run());
        step("many requests", Case.of(Workload.MANY_REQUESTS), () -> new ManyRequests(bench).run());
        step("@Locked", Case.of(Workload.LOCKED), () -> new LockedMethod(bench).run());
    }

    private void step(String name, Case workload, Step step) throws InterruptedException {
        if (!name.matches(ONLY)) {
            return;
        }
        progress.accept(name);
        try {
            step.run();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | LinkageError e) {
            bench.results().failed(workload, "the workload", e);
        }
    }
}
