// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

/** What is measured, with its unit. */
public enum Metric {
    PAIR_P10("acquire + release, 10th percentile, us"),
    PAIR_P50("acquire + release, median, us"),
    PAIRS("acquire + release, per second"),
    ALLOCATED("bytes allocated per pair"),
    SWITCHES("voluntary thread switches per pair"),
    ACQUISITIONS("acquisitions per second"),
    ROUND_TRIPS("round trips per acquisition"),
    MOST_TO_LEAST("most to least served thread"),
    SHARE("share of the smaller JVM"),
    WAIT_P99("wait, 99th percentile, ms"),
    VIOLATIONS("violations of mutual exclusion"),
    ERRORS("errors and timeouts"),
    REFUSAL("refused try, median, us"),
    CONNECTIONS("connections"),
    SERVED("unrelated locks served, %"),
    DRAIN("drained, ms"),
    ACQUIRE_ALL("acquired, s"),
    RELEASE_ALL("released, s"),
    CHECK("one check, median, ms"),
    THREADS("additional threads"),
    HEAP("heap per request, bytes"),
    CALL("call, median, us"),
    /** Taken with every slice, and shown only if there were many of them. */
    STRANGERS("processors used by strangers");

    private final String text;

    Metric(String text) {
        this.text = text;
    }

    /** Name and unit, for tables. */
    public String text() {
        return text;
    }
}
