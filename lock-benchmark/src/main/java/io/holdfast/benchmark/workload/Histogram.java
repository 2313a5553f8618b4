// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import java.util.StringJoiner;

/** Counts durations with an error of less than one percent. One thread adds to it. */
final class Histogram {

    private static final int BITS = 7;
    private static final int STEPS = 1 << BITS;

    private final long[] counts = new long[(Long.SIZE - BITS) * STEPS];
    private long total;

    void add(long nanos) {
        counts[index(Math.max(0, nanos))]++;
        total++;
    }

    void add(Histogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    /** The nanoseconds that this part of the durations does not exceed; not a number if there are none. */
    double quantile(double part) {
        if (total == 0) {
            return Double.NaN;
        }
        long rank = Math.max(1, (long) Math.ceil(part * total));
        long seen = 0;
        int index = -1;
        while (seen < rank) {
            index++;
            seen += counts[index];
        }
        return (lowest(index) + lowest(index + 1)) / 2;
    }

    double micros(double part) {
        return quantile(part) / 1e3;
    }

    double millis(double part) {
        return quantile(part) / 1e6;
    }

    private static int index(long nanos) {
        if (nanos < STEPS) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - BITS;
        return (shift + 1) * STEPS + (int) (nanos >>> shift) - STEPS;
    }

    private static double lowest(int index) {
        int shift = index / STEPS - 1;
        return shift < 0 ? index : (double) ((long) (index % STEPS + STEPS) << shift);
    }

    /** For another JVM. */
    String encode() {
        StringJoiner text = new StringJoiner(",", "[", "]");
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                text.add(i + ":" + counts[i]);
            }
        }
        return text.toString();
    }

    static Histogram decode(String text) {
        Histogram histogram = new Histogram();
        for (String entry : text.substring(1, text.length() - 1).split(",", -1)) {
            if (!entry.isEmpty()) {
                int colon = entry.indexOf(':');
                long count = Long.parseLong(entry.substring(colon + 1));
                histogram.counts[Integer.parseInt(entry.substring(0, colon))] = count;
                histogram.total += count;
            }
        }
        return histogram;
    }
}
