// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Writes results into files: tables, comma-separated values, and charts. */
public final class Report {

    /** What the page shows between its markers. */
    public static final String TABLE = "table.md";

    private final Results results;
    private final String table;

    /** The text says when, where and how was measured. */
    public Report(Results results, String about) {
        this.results = results;
        this.table = Table.of(results, about);
    }

    /** All tables in Markdown. */
    public String table() {
        return table;
    }

    /** Writes all files into a directory. */
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        StringBuilder charts = new StringBuilder();
        for (Chart chart : Chart.all()) {
            Files.writeString(directory.resolve(chart.file() + ".svg"), chart.svg(results));
            charts.append("![")
                    .append(chart.alternative(results))
                    .append("](performance/")
                    .append(chart.file())
                    .append(".svg)\n\n");
        }
        Files.writeString(directory.resolve(TABLE), table);
        Files.writeString(directory.resolve("charts.md"), charts);
        Files.write(directory.resolve("raw.csv"), raw());
        Files.write(directory.resolve("summary.csv"), summary());
    }

    private List<String> raw() {
        List<String> lines = new ArrayList<>(List.of("workload,delayed,contender,metric,repetition,value"));
        for (Results.Sample sample : results.samples()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s,%s,\"%s\",%s,%d,%s",
                    sample.workload().workload(),
                    sample.workload().delayed(),
                    sample.contender(),
                    sample.metric(),
                    sample.repetition(),
                    sample.value()));
        }
        return lines;
    }

    private List<String> summary() {
        List<String> lines = new ArrayList<>(List.of("workload,delayed,contender,metric,median,times floor"));
        for (Case workload : results.cases()) {
            for (String contender : results.contenders(workload)) {
                for (Metric metric : Metric.values()) {
                    OptionalDouble median = results.median(workload, contender, metric);
                    if (median.isPresent()) {
                        OptionalDouble ratio = Column.timesFloor(metric).of(results, workload, contender);
                        lines.add(String.format(
                                Locale.ROOT,
                                "%s,%s,\"%s\",%s,%s,%s",
                                workload.workload(),
                                workload.delayed(),
                                contender,
                                metric,
                                median.getAsDouble(),
                                ratio.isPresent() ? Double.toString(ratio.getAsDouble()) : ""));
                    }
                }
            }
        }
        return lines;
    }
}
