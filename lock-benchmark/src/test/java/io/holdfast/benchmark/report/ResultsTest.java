// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmark.contender.Contenders;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Medians, comparisons and notes. */
class ResultsTest {

    private static final Case CASE = Case.of(Workload.ONE_KEY);
    private static final String OURS = "Holdfast pinned";

    private final Results results = new Results(List.of(Contenders.FLOOR, OURS));

    @Test
    void shouldCompareWithTheFloorOfTheSameRepetition() {
        double[] floor = {100, 200, 400};
        double[] ours = {500, 800, 2400};
        for (int i = 0; i < floor.length; i++) {
            results.add(CASE, Contenders.FLOOR, Metric.ACQUISITIONS, i, floor[i]);
            results.add(CASE, OURS, Metric.ACQUISITIONS, i, ours[i]);
        }

        assertEquals(OptionalDouble.of(800), results.median(CASE, OURS, Metric.ACQUISITIONS));
        assertEquals(
                OptionalDouble.of(5), Column.timesFloor(Metric.ACQUISITIONS).of(results, CASE, OURS));
    }

    @Test
    void shouldNotCompareDifferentRepetitions() {
        results.add(CASE, Contenders.FLOOR, Metric.ACQUISITIONS, 1, 100);
        results.add(CASE, OURS, Metric.ACQUISITIONS, 2, 100);

        assertTrue(
                Column.timesFloor(Metric.ACQUISITIONS).of(results, CASE, OURS).isEmpty());
    }

    @Test
    void shouldSayThatTheMachineWasNotQuiet() {
        results.add(CASE, OURS, Metric.STRANGERS, 1, 0.1);
        assertTrue(results.notes().isEmpty());

        results.add(CASE, OURS, Metric.STRANGERS, 2, 0.9);
        assertTrue(results.notes().get(0).contains("NOT QUIET"), results.notes()::toString);
    }

    @Test
    void shouldShowWhichGoalsAreReached() {
        results.add(CASE, OURS, Metric.ROUND_TRIPS, 1, 0.05);
        results.add(CASE, OURS, Metric.MOST_TO_LEAST, 1, 1.2);

        String table = Table.of(results, "about");

        assertTrue(table.lines().anyMatch(line -> line.contains("0.050") && line.endsWith(" yes |")), table);
        assertTrue(table.lines().anyMatch(line -> line.contains("1.20") && line.endsWith(" **no** |")), table);
    }
}
