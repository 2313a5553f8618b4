// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference tables of the documentation and the code name the same things. */
class DocumentationTest {

    private static final Path DOCS = Path.of("../docs");
    private static final List<Path> CODE = List.of(Path.of("src/main/java"), Path.of("../lock-api/src/main/java"));

    private static final String ID = "(HOLDFAST-\\d{4}):";

    @Test
    void shouldDocumentEveryMessage() throws IOException {
        Set<String> inCode = new TreeSet<>();
        for (Path source : sources()) {
            inCode.addAll(find(ID, source));
        }
        assertFalse(inCode.isEmpty());
        assertEquals(inCode, new TreeSet<>(find("(?m)^\\| (HOLDFAST-\\d{4}) ", DOCS.resolve("messages.md"))));
    }

    /** The changelog also names ids that are retired. */
    @Test
    void shouldMentionOnlyDocumentedIds() throws IOException {
        Set<String> mentioned = new TreeSet<>();
        for (Path page : Pages.all()) {
            if (!page.endsWith("CHANGELOG.md")) {
                mentioned.addAll(find("(HOLDFAST-\\d{4})", page));
            }
        }
        assertFalse(mentioned.isEmpty());
        mentioned.removeAll(find("(?m)^\\| (HOLDFAST-\\d{4}) ", DOCS.resolve("messages.md")));

        assertEquals(Set.of(), mentioned);
    }

    @Test
    void shouldDocumentMessagesInTheOrderOfTheirIds() throws IOException {
        List<String> documented = find("(?m)^\\| (HOLDFAST-\\d{4}) ", DOCS.resolve("messages.md"));

        assertEquals(List.copyOf(new TreeSet<>(documented)), documented);
    }

    /** An id may stand for variants of one message, which are in one catalogue. */
    @Test
    void shouldHaveEachIdInOneCatalogueInOrder() throws IOException {
        Map<String, Path> homes = new HashMap<>();
        for (Path source : sources()) {
            List<String> ids = find(ID, source);
            for (String id : new TreeSet<>(ids)) {
                assertNull(homes.put(id, source), () -> id + " is in two files, one of which is " + source);
            }
            assertEquals(ids.stream().sorted().toList(), ids, () -> "the order in " + source);
        }
    }

    /** So each warning and each error has an id; comments do not count. */
    @Test
    void shouldLogWarningsAndErrorsInCataloguesOnly() throws IOException {
        for (Path source : sources()) {
            if (!source.toString().endsWith("Messages.java")) {
                assertEquals(List.of(), find("(?m)^(?! *[*]).*(Level[.](?:WARNING|ERROR))", source), source::toString);
            }
        }
    }

    @Test
    void shouldLinkToFilesAndHeadingsThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : Pages.all()) {
            for (String link : find("\\]\\((?!https?:)([^) ]+)\\)", page)) {
                String[] parts = link.split("#", 2);
                Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
                boolean exists = Files.exists(target);
                if (!exists || parts.length == 2 && !headings(target).contains(parts[1])) {
                    broken.add(page.getFileName() + ": " + link);
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    /** As GitHub makes anchors of them: lower case, without punctuation, with hyphens for spaces. */
    private static List<String> headings(Path page) throws IOException {
        return find("(?m)^#+ (.*)$", page).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{IsAlphabetic}\\p{IsDigit}_ -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path folder : CODE) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    private static List<String> find(String pattern, Path file) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
