// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

/**
 * A workload, with or without a simulated network.
 *
 * @param workload what is done
 * @param delayed whether each round trip to PostgreSQL takes half a millisecond longer
 */
public record Case(Workload workload, boolean delayed) {

    static final String DELAY = "+0.5 ms per round trip";

    /** The workload without a simulated network. */
    public static Case of(Workload workload) {
        return new Case(workload, false);
    }

    /** The workload with a simulated network. */
    public static Case delayed(Workload workload) {
        return new Case(workload, true);
    }

    String title() {
        return workload.title() + (delayed ? ", " + DELAY : "");
    }
}
