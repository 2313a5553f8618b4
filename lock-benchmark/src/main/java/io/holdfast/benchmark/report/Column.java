// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import io.holdfast.benchmark.contender.Contenders;
import java.util.Locale;
import java.util.OptionalDouble;

/** A column of a table: the median of a metric, or of its comparison with the reference in the same repetition. */
public record Column(String heading, Metric metric, Form form, String reference) {

    /** What the column shows. */
    public enum Form {
        /** The value itself. */
        VALUE,
        /** The value divided by the reference's. */
        RATIO,
        /** The value less the reference's. */
        DIFFERENCE
    }

    static Column value(Metric metric) {
        return new Column(metric.text(), metric, Form.VALUE, "");
    }

    static Column timesFloor(Metric metric) {
        return new Column("x floor", metric, Form.RATIO, Contenders.FLOOR);
    }

    static Column times(Metric metric, String reference) {
        return new Column("x " + reference, metric, Form.RATIO, reference);
    }

    static Column beyond(Metric metric, String reference) {
        return new Column("beyond the " + reference, metric, Form.DIFFERENCE, reference);
    }

    /** The figure of a contender, if it was measured. */
    OptionalDouble of(Results results, Case workload, String contender) {
        return switch (form) {
            case VALUE -> results.median(workload, contender, metric);
            case RATIO -> results.compared(workload, contender, metric, reference, (own, other) -> own / other);
            case DIFFERENCE -> results.compared(workload, contender, metric, reference, (own, other) -> own - other);
        };
    }

    /** A figure with three significant digits, or a dash. */
    static String text(OptionalDouble figure) {
        if (figure.isEmpty() || Double.isNaN(figure.getAsDouble())) {
            return "-";
        }
        double value = figure.getAsDouble();
        double size = Math.abs(value);
        if (Double.isInfinite(value)) {
            return "infinite";
        }
        int decimals = size >= 100 || value == Math.rint(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
