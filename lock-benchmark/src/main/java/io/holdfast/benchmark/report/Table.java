// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** All figures as tables in Markdown, which also is readable on a terminal. */
final class Table {

    private final List<String> lines = new ArrayList<>();

    private Table() {}

    static String of(Results results, String about) {
        Table table = new Table();
        table.paragraph(about);
        results.notes().forEach(note -> table.paragraph("> " + note));
        table.goals(results);
        results.cases().forEach(workload -> table.workload(results, workload));
        return String.join("\n", table.lines) + "\n";
    }

    private void goals(Results results) {
        List<List<String>> rows = new ArrayList<>();
        for (Goal goal : Goal.all()) {
            OptionalDouble figure = goal.measured(results);
            if (figure.isPresent()) {
                rows.add(List.of(
                        goal.workload().title(),
                        goal.contender(),
                        goal.text(),
                        (goal.atMost() ? "<= " : ">= ") + Column.text(OptionalDouble.of(goal.limit())),
                        Column.text(figure),
                        goal.isReachedBy(figure.getAsDouble()) ? "yes" : "**no**"));
            }
        }
        paragraph("### Goals");
        rows(List.of("workload", "contender", "measure", "goal", "measured", "reached"), 3, rows);
    }

    private void workload(Results results, Case workload) {
        paragraph("### " + workload.title());
        if (!workload.workload().explanation().isEmpty()) {
            paragraph(workload.workload().explanation());
        }
        List<Column> columns = workload.workload().columns();
        List<String> headings = new ArrayList<>(List.of("contender"));
        columns.forEach(column -> headings.add(column.heading()));
        List<List<String>> rows = new ArrayList<>();
        for (String contender : results.contenders(workload)) {
            List<String> row = new ArrayList<>(List.of(contender));
            columns.forEach(column -> row.add(Column.text(column.of(results, workload, contender))));
            rows.add(row);
        }
        rows(headings, 1, rows);
    }

    private void paragraph(String text) {
        lines.add(text);
        lines.add("");
    }

    /** The first columns are texts, and the others are figures. */
    private void rows(List<String> headings, int texts, List<List<String>> rows) {
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(
                    headings.get(i).length(),
                    rows.stream()
                            .mapToInt(row -> row.get(column).length())
                            .max()
                            .orElse(0));
        }
        lines.add(row(headings, texts, widths));
        StringBuilder rule = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            rule.append(i < texts ? " " : "-").append("-".repeat(widths[i])).append(i < texts ? " |" : ":|");
        }
        lines.add(rule.toString());
        rows.forEach(row -> lines.add(row(row, texts, widths)));
        lines.add("");
    }

    private static String row(List<String> cells, int texts, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            line.append(String.format(
                    Locale.ROOT, i < texts ? " %-" + widths[i] + "s |" : " %" + widths[i] + "s |", cells.get(i)));
        }
        return line.toString();
    }
}
