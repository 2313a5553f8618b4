// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every snippet of docs/testing.md is a marked region of a file that is compiled and run with these tests: between
 * {@code // snippet: <name>} and {@code // end}. The page names file and region in a comment before each snippet.
 */
class TestingPageTest {

    private static final Path PAGE = Path.of("../docs/testing.md");
    private static final Path SOURCES = Path.of("src/test/java");

    private static final Pattern FENCE = Pattern.compile("(?m)^ *```\\w+$");
    private static final Pattern SNIPPET =
            Pattern.compile("<!-- snippet: (\\w+ [\\w-]+) -->\\R```\\w+\\R(.*?)```\\R", Pattern.DOTALL);
    private static final Pattern REGION = Pattern.compile(
            "(?m)^ *(?://|<!--) snippet: ([\\w-]+)(?: -->)?\\R(.*?)^ *(?://|<!--) end(?: -->)?$", Pattern.DOTALL);
    private static final Pattern MARK = Pattern.compile("(?m)^ *(?://|<!--) snippet: ");

    @Test
    void shouldShowWhatRuns() throws IOException {
        String page = Files.readString(PAGE);
        Map<String, String> shown = new TreeMap<>();
        for (MatchResult snippet : SNIPPET.matcher(page).results().toList()) {
            shown.put(snippet.group(1), snippet.group(2));
        }

        assertFalse(shown.isEmpty());
        assertEquals(FENCE.matcher(page).results().count(), shown.size(), "a snippet has no region");
        Map<String, String> regions = regions();
        shown.forEach((name, text) -> assertEquals(regions.get(name), text, name));
        assertEquals(regions.keySet(), shown.keySet(), "a region is not on the page");
    }

    @Test
    void shouldRunEveryTestOfThePage() throws IOException {
        for (Path source : sources()) {
            String text = Files.readString(source);
            if (MARK.matcher(text).find() && text.contains("@Test")) {
                String name = source.getFileName().toString();
                assertTrue(name.endsWith("IT.java"), () -> source + " is not run");
                assertFalse(name.startsWith("Test"), () -> source + " is run with two containers as well");
            }
        }
    }

    /** The regions by their files and names, as in {@code BoxOffice class}. */
    private static Map<String, String> regions() throws IOException {
        Map<String, String> regions = new TreeMap<>();
        for (Path source :
                Stream.concat(sources().stream(), Stream.of(Path.of("pom.xml"))).toList()) {
            String text = Files.readString(source);
            List<MatchResult> found = REGION.matcher(text).results().toList();
            assertEquals(MARK.matcher(text).results().count(), found.size(), () -> source + " has an open region");
            for (MatchResult region : found) {
                String file = source.getFileName().toString().replaceAll("[.]\\w+$", "");
                regions.put(
                        file + " " + region.group(1),
                        region.group(2).stripTrailing().stripIndent() + "\n");
            }
        }
        return regions;
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")
                            && !file.endsWith(TestingPageTest.class.getSimpleName() + ".java"))
                    .toList();
        }
    }
}
