// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference tables of the documentation and the code name the same things. */
class DocumentationTest {

    private static final Path DOCS = Path.of("../docs");
    private static final List<Path> CODE = List.of(Path.of("src/main/java"), Path.of("../lock-api/src/main/java"));

    @Test
    void shouldDocumentEveryMessage() throws IOException {
        assertSame("(HOLDFAST-\\d{4}):", "(?m)^\\| (HOLDFAST-\\d{4}) ", DOCS.resolve("messages.md"));
    }

    private static void assertSame(String inCode, String inDocument, Path document) throws IOException {
        Set<String> named = new TreeSet<>();
        for (Path folder : CODE) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path source :
                        files.filter(file -> file.toString().endsWith(".java")).toList()) {
                    named.addAll(find(inCode, source));
                }
            }
        }
        assertFalse(named.isEmpty());
        assertEquals(named, find(inDocument, document));
    }

    private static Set<String> find(String pattern, Path file) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
        Set<String> found = new TreeSet<>();
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
