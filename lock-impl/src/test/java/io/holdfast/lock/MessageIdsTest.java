// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each package has its own catalogue of messages, but the ids are those of the whole product. */
class MessageIdsTest {

    private static final Path CODE = Path.of("src/main/java");
    private static final Path CONTAINER_LAYER = CODE.resolve("io/holdfast/lock/ee");
    private static final Pattern ID = Pattern.compile("HOLDFAST-\\d{4}(?=:)");

    /** Former messages, which became part of other ones: 0109 of 0036, and 0114 of 0037. */
    private static final Set<String> RETIRED = Set.of("HOLDFAST-0109", "HOLDFAST-0114");

    /** In the messages of all packages, and in those of sessions, which alone know the cause of its other form. */
    private static final String IN_TWO_CATALOGUES = "HOLDFAST-0003";

    @Test
    @DisplayName("no id is in two catalogues or outside of a catalogue, and no retired id is used again")
    void shouldBeUnique() throws IOException {
        Map<String, Set<Path>> places = new TreeMap<>();
        for (Path file : sources(CODE)) {
            idsIn(file)
                    .forEach(id ->
                            places.computeIfAbsent(id, same -> new TreeSet<>()).add(file));
        }

        assertFalse(places.isEmpty());
        assertEquals(
                List.of(),
                places.entrySet().stream()
                        .filter(entry ->
                                entry.getValue().size() > (entry.getKey().equals(IN_TWO_CATALOGUES) ? 2 : 1)
                                        || RETIRED.contains(entry.getKey())
                                        || !entry.getValue().stream().allMatch(MessageIdsTest::isCatalogue))
                        .toList());
    }

    private static boolean isCatalogue(Path file) {
        return file.toString().endsWith("Messages.java");
    }

    @Test
    @DisplayName("each catalogue is in the order of its ids")
    void shouldBeInOrder() throws IOException {
        for (Path file : sources(CONTAINER_LAYER)) {
            List<String> ids = idsIn(file);

            assertEquals(ids.stream().sorted().toList(), ids, file::toString);
        }
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static List<String> idsIn(Path file) throws IOException {
        return ID.matcher(Files.readString(file))
                .results()
                .map(MatchResult::group)
                .toList();
    }
}
