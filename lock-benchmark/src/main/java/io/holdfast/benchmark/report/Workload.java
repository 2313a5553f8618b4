// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import io.holdfast.benchmark.contender.Contenders;
import java.util.List;

/** What the contenders have to do, with the columns of its table. */
public enum Workload {
    UNCONTENDED(
            "One thread, nobody else wants the key",
            "All connections are reopened for each generation. The 10th percentile is taken over the pairs of all"
                    + " generations; the median is the median of the medians of the generations.",
            Column.value(Metric.PAIR_P10),
            Column.timesFloor(Metric.PAIR_P10),
            Column.value(Metric.PAIR_P50),
            Column.timesFloor(Metric.PAIR_P50)),
    SEPARATE_KEYS(
            "16 threads, each with its own keys",
            "The allocated bytes and the thread switches are counted for all threads of the JVM.",
            Column.value(Metric.PAIRS),
            Column.timesFloor(Metric.PAIRS),
            Column.value(Metric.ROUND_TRIPS),
            Column.value(Metric.ALLOCATED),
            Column.beyond(Metric.ALLOCATED, Contenders.FLOOR),
            Column.value(Metric.SWITCHES)),
    ONE_KEY("16 threads of one JVM, one key, empty section", Texts.HOT, Texts.ONE_JVM),
    ONE_KEY_1_MS("16 threads of one JVM, one key, 1 ms inside", Texts.HOT, Texts.ONE_JVM),
    ONE_KEY_10_MS("16 threads of one JVM, one key, 10 ms inside", Texts.HOT, Texts.ONE_JVM),
    TWO_JVMS("Two JVMs with 8 threads each, one key, empty section", Texts.HOT, Texts.TWO_JVMS),
    TWO_JVMS_1_MS("Two JVMs with 8 threads each, one key, 1 ms inside", Texts.HOT, Texts.TWO_JVMS),
    TWO_JVMS_10_MS("Two JVMs with 8 threads each, one key, 10 ms inside", Texts.HOT, Texts.TWO_JVMS),
    REFUSED(
            "A try that is refused because this JVM holds the key",
            "",
            Column.value(Metric.REFUSAL),
            Column.value(Metric.ROUND_TRIPS)),
    SMALL_POOL(
            "64 threads, 64 keys, a pool of 8 connections, 5 ms inside",
            "The floor does not use the pool; it uses a separate connection for each of the 64 threads.",
            Column.value(Metric.ACQUISITIONS),
            Column.times(Metric.ACQUISITIONS, Contenders.NAIVE),
            Column.value(Metric.WAIT_P99),
            Column.value(Metric.ERRORS)),
    SMALL_POOL_WITH_WORK(
            "The same, and the holder needs one more connection of that pool",
            "",
            Column.value(Metric.ACQUISITIONS),
            Column.value(Metric.WAIT_P99),
            Column.value(Metric.ERRORS)),
    WAITERS(
            "200 threads wait for a key, a pool of 10 connections",
            "Connections are counted while the threads wait. The column \"unrelated locks served\" shows what share"
                    + " of the attempts to acquire unrelated keys succeeded while the threads were waiting. The column"
                    + " \"drained\" shows the time from the release of the key until all waiting threads have acquired"
                    + " and released it.",
            Column.value(Metric.CONNECTIONS),
            Column.value(Metric.SERVED),
            Column.value(Metric.DRAIN),
            Column.value(Metric.ERRORS)),
    MANY_LOCKS(
            "Many locks held at once",
            "Eight threads acquire the locks. Each thread acquires one lock after another.",
            Column.value(Metric.CONNECTIONS),
            Column.value(Metric.ACQUIRE_ALL),
            Column.value(Metric.RELEASE_ALL)),
    LOSS_CHECK(
            "The check for lost locks",
            "",
            Column.value(Metric.CHECK),
            Column.value(Metric.ROUND_TRIPS),
            Column.value(Metric.CONNECTIONS)),
    MANY_REQUESTS(
            "Many keys requested through acquireAsync while they are held elsewhere",
            "The threads and the heap are measured while all requests are waiting. The column \"drained\" shows the"
                    + " time from the first release by the holder until all requests have been granted.",
            Column.value(Metric.THREADS),
            Column.value(Metric.HEAP),
            Column.value(Metric.CONNECTIONS),
            Column.value(Metric.DRAIN),
            Column.value(Metric.ERRORS)),
    LOCKED(
            "A method of a CDI bean (Weld SE) with @Locked",
            "Calling the method is compared with acquiring and releasing the same key through the locker.",
            Column.value(Metric.CALL),
            Column.beyond(Metric.CALL, Texts.LOCKER));

    /** Texts and columns that several workloads share. */
    public static final class Texts {

        /** The contender that an annotated method is compared to. */
        public static final String LOCKER = "lock itself";

        private static final String HOT =
                "If a lock is granted first come, first served, all threads acquire it equally often.";

        private static final List<Column> ONE_JVM = List.of(
                Column.value(Metric.ACQUISITIONS),
                Column.timesFloor(Metric.ACQUISITIONS),
                Column.times(Metric.ACQUISITIONS, Contenders.JVM_LOCK),
                Column.value(Metric.ROUND_TRIPS),
                Column.value(Metric.MOST_TO_LEAST),
                Column.value(Metric.WAIT_P99),
                Column.value(Metric.VIOLATIONS));

        private static final List<Column> TWO_JVMS = List.of(
                Column.value(Metric.ACQUISITIONS),
                Column.timesFloor(Metric.ACQUISITIONS),
                Column.value(Metric.ROUND_TRIPS),
                Column.value(Metric.SHARE),
                Column.value(Metric.WAIT_P99),
                Column.timesFloor(Metric.WAIT_P99),
                Column.value(Metric.VIOLATIONS));

        private Texts() {}
    }

    private final String title;
    private final String explanation;
    private final List<Column> columns;

    Workload(String title, String explanation, Column... columns) {
        this(title, explanation, List.of(columns));
    }

    Workload(String title, String explanation, List<Column> columns) {
        this.title = title;
        this.explanation = explanation;
        this.columns = columns;
    }

    String title() {
        return title;
    }

    String explanation() {
        return explanation;
    }

    List<Column> columns() {
        return columns;
    }
}
