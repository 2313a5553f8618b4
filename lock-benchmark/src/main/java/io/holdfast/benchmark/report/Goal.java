// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import io.holdfast.benchmark.contender.Contenders;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What Holdfast should reach on a quiet machine. */
record Goal(Case workload, String contender, Column column, boolean atMost, double limit) {

    private static final String PINNED = "Holdfast pinned";
    private static final String SHARED = "Holdfast shared";
    private static final int MANY = 10_000;

    /** The checks and heartbeats of a locker come in between. */
    private static final double TWO_AND_CHECKS = 2.05;

    private static final int PINNED_SESSIONS = 1_000;

    /** All of them, in the order of the table. */
    static List<Goal> all() {
        List<Goal> all = new ArrayList<>(List.of(
                atMost(Workload.UNCONTENDED, PINNED, Column.timesFloor(Metric.PAIR_P10), 1.15),
                atMost(Workload.UNCONTENDED, PINNED, Column.timesFloor(Metric.PAIR_P50), 1.2),
                atLeast(Workload.SEPARATE_KEYS, PINNED, Column.timesFloor(Metric.PAIRS), 0.95),
                atMost(Workload.SEPARATE_KEYS, PINNED, Column.value(Metric.ROUND_TRIPS), TWO_AND_CHECKS),
                atMost(Workload.SEPARATE_KEYS, PINNED, Column.beyond(Metric.ALLOCATED, Contenders.FLOOR), 4096),
                atLeast(Workload.ONE_KEY, PINNED, Column.timesFloor(Metric.ACQUISITIONS), 5),
                atLeast(Workload.ONE_KEY, PINNED, Column.times(Metric.ACQUISITIONS, Contenders.JVM_LOCK), 0.85),
                atMost(Workload.ONE_KEY, PINNED, Column.value(Metric.ROUND_TRIPS), 0.1),
                atMost(Workload.ONE_KEY, PINNED, Column.value(Metric.MOST_TO_LEAST), 1.1),
                atLeast(Workload.TWO_JVMS, PINNED, Column.timesFloor(Metric.ACQUISITIONS), 5),
                atMost(Workload.TWO_JVMS, PINNED, Column.timesFloor(Metric.WAIT_P99), 1)));
        for (Workload workload : List.of(
                Workload.ONE_KEY_1_MS, Workload.ONE_KEY_10_MS, Workload.TWO_JVMS_1_MS, Workload.TWO_JVMS_10_MS)) {
            all.add(atLeast(workload, PINNED, Column.timesFloor(Metric.ACQUISITIONS), 1));
        }
        for (Workload workload : List.of(Workload.TWO_JVMS, Workload.TWO_JVMS_1_MS, Workload.TWO_JVMS_10_MS)) {
            all.add(atLeast(workload, PINNED, Column.value(Metric.SHARE), 0.45));
        }
        all.add(new Goal(Case.delayed(Workload.TWO_JVMS), PINNED, Column.timesFloor(Metric.ACQUISITIONS), false, 20));
        all.addAll(List.of(
                atMost(Workload.REFUSED, PINNED, Column.value(Metric.REFUSAL), 1),
                atMost(Workload.REFUSED, PINNED, Column.value(Metric.ROUND_TRIPS), 0),
                atLeast(Workload.SMALL_POOL, PINNED, Column.times(Metric.ACQUISITIONS, Contenders.NAIVE), 1),
                atLeast(Workload.SMALL_POOL, SHARED, Column.times(Metric.ACQUISITIONS, Contenders.NAIVE), 7),
                atMost(Workload.SMALL_POOL_WITH_WORK, PINNED, Column.value(Metric.ERRORS), 0),
                atMost(Workload.SMALL_POOL_WITH_WORK, SHARED, Column.value(Metric.ERRORS), 0),
                atMost(Workload.WAITERS, PINNED, Column.value(Metric.CONNECTIONS), 2),
                atLeast(Workload.WAITERS, PINNED, Column.value(Metric.SERVED), 100),
                atMost(Workload.WAITERS, PINNED, Column.value(Metric.DRAIN), 10),
                atMost(Workload.MANY_LOCKS, SHARED + ", " + MANY, Column.value(Metric.CONNECTIONS), 100),
                atMost(Workload.MANY_LOCKS, SHARED + ", " + MANY, Column.value(Metric.ACQUIRE_ALL), 5),
                atMost(Workload.MANY_LOCKS, SHARED + ", " + MANY, Column.value(Metric.RELEASE_ALL), 5),
                atMost(Workload.LOSS_CHECK, PINNED + ", " + PINNED_SESSIONS, Column.value(Metric.CHECK), 10),
                atMost(Workload.LOSS_CHECK, PINNED + ", " + PINNED_SESSIONS, Column.value(Metric.ROUND_TRIPS), 1),
                atMost(Workload.LOSS_CHECK, SHARED + ", " + MANY, Column.value(Metric.CHECK), 25),
                atMost(Workload.LOCKED, "@Locked", Column.beyond(Metric.CALL, Workload.Texts.LOCKER), 5)));
        return all;
    }

    private static Goal atMost(Workload workload, String contender, Column column, double limit) {
        return new Goal(Case.of(workload), contender, column, true, limit);
    }

    private static Goal atLeast(Workload workload, String contender, Column column, double limit) {
        return new Goal(Case.of(workload), contender, column, false, limit);
    }

    OptionalDouble measured(Results results) {
        return column.of(results, workload, contender);
    }

    /** What is measured, for people. */
    String text() {
        String metric = column.metric().text();
        return column.form() == Column.Form.VALUE ? metric : metric + ", " + column.heading();
    }

    /** Whether the goal is reached as far as the table shows figures. */
    boolean isReachedBy(double figure) {
        return atMost ? figure <= limit : figure >= limit;
    }
}
