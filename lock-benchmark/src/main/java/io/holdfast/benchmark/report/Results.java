// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;

/** All that was measured. One thread adds to it. */
public final class Results {

    /** More than this of a processor used by strangers disturbs a slice. */
    private static final double DISTURBING = 0.2;

    /** A figure of one repetition. */
    record Sample(Case workload, String contender, Metric metric, int repetition, double value) {}

    /** What the median of is asked for. */
    private record Series(Case workload, String contender, Metric metric) {}

    private final List<String> order;
    private final List<Sample> samples = new ArrayList<>();
    private final Map<Series, Map<Integer, Double>> series = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<String> failures = new ArrayList<>();

    /** The names of contenders in the order of all tables. */
    public Results(List<String> order) {
        this.order = List.copyOf(order);
    }

    /** Adds a figure. */
    public void add(Case workload, String contender, Metric metric, int repetition, double value) {
        samples.add(new Sample(workload, contender, metric, repetition, value));
        series.computeIfAbsent(new Series(workload, contender, metric), key -> new LinkedHashMap<>())
                .put(repetition, value);
    }

    /** Adds something that readers of the table must know. */
    public void note(String note) {
        notes.add(note);
    }

    /** Adds that a contender could not do what it had to. */
    public void failed(Case workload, String contender, Throwable failure) {
        failures.add(workload.title() + ": " + contender + " failed: " + failure);
    }

    /** What contenders could not do. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** How often two threads were inside a section at once. */
    public double violations() {
        return samples.stream()
                .filter(sample -> sample.metric == Metric.VIOLATIONS)
                .mapToDouble(Sample::value)
                .sum();
    }

    List<Sample> samples() {
        return List.copyOf(samples);
    }

    /** What readers of the table must know. */
    public List<String> notes() {
        List<String> all = new ArrayList<>(notes);
        all.addAll(failures);
        double[] strangers = samples.stream()
                .filter(sample -> sample.metric == Metric.STRANGERS)
                .mapToDouble(Sample::value)
                .toArray();
        long disturbed =
                Arrays.stream(strangers).filter(used -> used > DISTURBING).count();
        if (Arrays.stream(strangers).anyMatch(Double::isNaN)) {
            all.add("It is not known how much other programs used the processors: only Linux shows it.");
        } else if (disturbed * 20 > strangers.length) {
            all.add("THE MACHINE WAS NOT QUIET: in " + disturbed + " of " + strangers.length
                    + " slices other programs used more than " + DISTURBING
                    + " of a processor. Do not rely on these times.");
        }
        return all;
    }

    /** All workloads that were measured, in the order of their declaration. */
    List<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (boolean delayed : new boolean[] {false, true}) {
            for (Workload workload : Workload.values()) {
                Case each = new Case(workload, delayed);
                if (!contenders(each).isEmpty()) {
                    all.add(each);
                }
            }
        }
        return all;
    }

    /** The contenders of a workload in the order of all tables. */
    List<String> contenders(Case workload) {
        List<String> all = samples.stream()
                .filter(sample -> sample.workload.equals(workload))
                .filter(sample -> sample.metric != Metric.STRANGERS)
                .map(Sample::contender)
                .distinct()
                .toList();
        List<String> ordered = new ArrayList<>(order);
        ordered.addAll(all);
        return ordered.stream().distinct().filter(all::contains).toList();
    }

    OptionalDouble median(Case workload, String contender, Metric metric) {
        return median(values(workload, contender, metric).values());
    }

    /** The median of the comparisons with the reference in the same repetition. */
    OptionalDouble compared(
            Case workload, String contender, Metric metric, String reference, DoubleBinaryOperator comparison) {
        Map<Integer, Double> own = values(workload, contender, metric);
        Map<Integer, Double> other = values(workload, reference, metric);
        Set<Integer> repetitions = new TreeSet<>(own.keySet());
        repetitions.retainAll(other.keySet());
        List<Double> compared = new ArrayList<>();
        for (int repetition : repetitions) {
            compared.add(comparison.applyAsDouble(value(own, repetition), value(other, repetition)));
        }
        return median(compared);
    }

    private static double value(Map<Integer, Double> values, int repetition) {
        return values.getOrDefault(repetition, Double.NaN);
    }

    private Map<Integer, Double> values(Case workload, String contender, Metric metric) {
        return series.getOrDefault(new Series(workload, contender, metric), Map.of());
    }

    private static OptionalDouble median(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return OptionalDouble.empty();
        }
        int middle = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }
}
