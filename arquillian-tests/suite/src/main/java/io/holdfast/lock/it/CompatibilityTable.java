// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Behaviors by servers, as a table in Markdown. */
final class CompatibilityTable {

    private static final String PROSE = """
            # Compatibility

            The tests write this table. Each row is a test of `arquillian-tests`. The test runs on the application
            server at the head of the column, against a real PostgreSQL server. In a cell, the word *differs* is
            followed by a description of the difference, and of how the locker or its user deals with that difference.
            An empty cell means that the behavior does not exist on that server, or was not tested. C1 to C27 are the
            promises of [contract.md](contract.md). The tests of the module `together` show that a WildFly, a Payara and
            an Open Liberty server exclude each other.

            A column whose heading names no JDK shows results from JDK 17. All results are from PostgreSQL 18. The tests
            of `lock-impl` that depend on the database pass on PostgreSQL 14, 15, 16, 17 and 18; on PostgreSQL 13, these
            tests verify that missing features are reported.

            """;
    private static final String FIRST = "behavior";
    private static final String SEPARATOR = " | ";

    private final List<String> servers = new ArrayList<>();

    /** By family and behavior; the cells by server. */
    private final Map<String, Map<String, Map<String, String>>> rows = new TreeMap<>();

    private CompatibilityTable() {}

    static CompatibilityTable read(Path file) throws IOException {
        CompatibilityTable table = new CompatibilityTable();
        if (Files.exists(file)) {
            String family = "";
            for (String line : Files.readAllLines(file)) {
                List<String> cells = line.startsWith("|") ? cells(line) : List.of();
                if (cells.isEmpty() || cells.get(0).startsWith("---")) {
                    continue;
                }
                if (cells.get(0).equals(FIRST)) {
                    table.servers.addAll(cells.subList(1, cells.size()));
                } else if (cells.get(0).startsWith("**")) {
                    family = cells.get(0).replace("**", "");
                } else {
                    for (int i = 1; i < cells.size(); i++) {
                        table.put(family, cells.get(0), table.servers.get(i - 1), cells.get(i));
                    }
                }
            }
        }
        return table;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("(?<!\\\\)\\|", -1))
                .map(cell -> cell.strip().replace("\\|", "|"))
                .toList();
    }

    private void put(String family, String behaviour, String server, String cell) {
        if (!cell.isEmpty()) {
            rows.computeIfAbsent(family, name -> new TreeMap<>())
                    .computeIfAbsent(behaviour, name -> new TreeMap<>())
                    .put(server, cell);
        }
    }

    /** The server's cells of these families are as given now. */
    void replace(String server, Map<String, Map<String, String>> cells) {
        if (!servers.contains(server)) {
            servers.removeIf(other -> product(other).equals(product(server)));
            servers.add(server);
            servers.sort(null);
        }
        cells.forEach((family, behaviours) -> {
            Map<String, Map<String, String>> present = rows.computeIfAbsent(family, name -> new TreeMap<>());
            present.values().forEach(row -> row.remove(server));
            behaviours.forEach((behaviour, cell) -> put(family, behaviour, server, cell));
            present.values().removeIf(row -> servers.stream().noneMatch(row::containsKey));
        });
    }

    /** A new version of a server replaces the old one in the same column. */
    private static String product(String server) {
        return server.replaceFirst(" [0-9][^,]*", "");
    }

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(line(FIRST, servers));
        lines.add(line("---", servers.stream().map(server -> "---").toList()));
        rows.forEach((family, behaviours) -> {
            lines.add(line(
                    "**" + family + "**", servers.stream().map(server -> "").toList()));
            behaviours.forEach((behaviour, cells) -> lines.add(line(
                    behaviour,
                    servers.stream()
                            .map(server -> cells.getOrDefault(server, ""))
                            .toList())));
        });
        Files.writeString(file, PROSE + String.join("\n", lines) + "\n");
    }

    private static String line(String first, List<String> others) {
        List<String> cells = new ArrayList<>(List.of(first));
        cells.addAll(others);
        return "| "
                + String.join(
                        SEPARATOR,
                        cells.stream().map(cell -> cell.replace("|", "\\|")).toList()) + " |";
    }
}
