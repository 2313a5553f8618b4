// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A chart of horizontal bars on a logarithmic scale, as SVG. It follows the reader's choice of light or dark. */
record Chart(String file, Case workload, Column column, boolean smallIsGood) {

    private static final int LEFT = 190;
    private static final int WIDTH = 760;
    private static final int BAR = 22;
    private static final int GAP = 8;
    private static final int TOP = 62;
    private static final int ROOM_FOR_FIGURES = 70;

    private static final String STYLE = """
            <style>
            text { font: 13px sans-serif; fill: #1f2328; }
            .title { font-size: 16px; font-weight: bold; }
            .note { fill: #59636e; }
            .ours { fill: #0969da; }
            .other { fill: #8c959f; }
            .reference { stroke: #59636e; stroke-dasharray: 4 3; }
            @media (prefers-color-scheme: dark) {
              text { fill: #f0f6fc; }
              .note { fill: #9198a1; }
              .ours { fill: #4493f8; }
              .other { fill: #656c76; }
              .reference { stroke: #9198a1; }
            }
            </style>
            """;

    private record Bar(String contender, double value) {}

    /** All charts of the page. */
    static List<Chart> all() {
        return List.of(
                new Chart("uncontended", Case.of(Workload.UNCONTENDED), Column.timesFloor(Metric.PAIR_P10), true),
                new Chart("separate-keys", Case.of(Workload.SEPARATE_KEYS), Column.timesFloor(Metric.PAIRS), false),
                new Chart("one-key", Case.of(Workload.ONE_KEY), Column.timesFloor(Metric.ACQUISITIONS), false),
                new Chart("two-jvms", Case.of(Workload.TWO_JVMS), Column.timesFloor(Metric.ACQUISITIONS), false),
                new Chart(
                        "two-jvms-network",
                        Case.delayed(Workload.TWO_JVMS),
                        Column.timesFloor(Metric.ACQUISITIONS),
                        false),
                new Chart("small-pool", Case.of(Workload.SMALL_POOL), Column.value(Metric.ACQUISITIONS), false));
    }

    /** For readers who do not see the chart. */
    String alternative(Results results) {
        StringBuilder text = new StringBuilder(heading()).append(": ");
        List<String> all = new ArrayList<>();
        bars(results).forEach(bar -> all.add(bar.contender + " " + figure(bar)));
        return text.append(String.join(", ", all)).toString();
    }

    private String heading() {
        return workload.title() + ": " + column.metric().text()
                + (column.form() == Column.Form.VALUE ? "" : ", " + column.heading());
    }

    private List<Bar> bars(Results results) {
        List<Bar> bars = new ArrayList<>();
        for (String contender : results.contenders(workload)) {
            OptionalDouble value = column.of(results, workload, contender);
            if (value.isPresent() && value.getAsDouble() > 0 && Double.isFinite(value.getAsDouble())) {
                bars.add(new Bar(contender, value.getAsDouble()));
            }
        }
        return bars;
    }

    private static String figure(Bar bar) {
        return Column.text(OptionalDouble.of(bar.value));
    }

    String svg(Results results) {
        List<Bar> bars = bars(results);
        double low = bars.stream().mapToDouble(Bar::value).min().orElse(1) / 2;
        double high = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        int height = TOP + bars.size() * (BAR + GAP) + GAP;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                        + " aria-labelledby=\"title description\">%n",
                WIDTH,
                height));
        svg.append("<title id=\"title\">").append(escaped(heading())).append("</title>\n");
        svg.append("<desc id=\"description\">")
                .append(escaped(alternative(results)))
                .append("</desc>\n");
        svg.append(STYLE);
        text(svg, "title", 0, 18, workload.title());
        text(
                svg,
                "note",
                0,
                40,
                heading().substring(workload.title().length() + 2)
                        + (smallIsGood ? "; short bars are better" : "; long bars are better")
                        + "; logarithmic scale");
        int y = TOP;
        for (Bar bar : bars) {
            double length = length(bar.value, low, high);
            text(svg, "", 0, y + 16, bar.contender);
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                    bar.contender.startsWith("Holdfast") ? "ours" : "other",
                    LEFT,
                    y,
                    length,
                    BAR));
            text(svg, "", LEFT + (int) length + 6, y + 16, figure(bar));
            y += BAR + GAP;
        }
        if (column.form() == Column.Form.RATIO && low < 1 && high > 1) {
            double x = LEFT + length(1, low, high);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"reference\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
                    x,
                    TOP - GAP,
                    x,
                    height));
        }
        return svg.append("</svg>\n").toString().replace("\r", "");
    }

    private static double length(double value, double low, double high) {
        return Math.log(value / low) / Math.log(high / low) * (WIDTH - LEFT - ROOM_FOR_FIGURES);
    }

    private static void text(StringBuilder svg, String style, int x, int y, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n", style, x, y, escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
