// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** No text of the project has a word that docs/plain-english.md lists. */
class PlainEnglishTest {

    private static final Path ROOT = Path.of("..");
    private static final Path WORDS = ROOT.resolve("docs/plain-english.md");
    /** This test and its table. */
    private static final Set<Path> UNCOUNTED =
            Set.of(WORDS, ROOT.resolve("lock-impl/src/test/java/io/holdfast/lock/PlainEnglishTest.java"));

    private static final Set<String> SKIPPED = Set.of("target", "bin", "node_modules");
    private static final Pattern TEXTS =
            Pattern.compile(".*[.](md|java|xml|html|js|css|cli|asadmin|json|properties)|.*/[.]ci/[a-z-]+");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(.+)` \\| (.+) \\|$");

    /** A line break within a sentence, with what begins the next line of a comment. */
    private static final Pattern BREAK = Pattern.compile("\\s*\\R\\s*(\\*|//|#)?\\s*");

    /** In characters, on each side. */
    private static final int CONTEXT = 40;

    @Test
    void shouldNotUseTheWordsToAvoid() throws IOException {
        String text = allTexts();
        List<Executable> checks = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(WORDS));
        while (row.find()) {
            String words = row.group(1).replace("\\|", "|");
            String instead = row.group(2);
            checks.add(() -> assertEquals(
                    List.of(), occurrences(words, text), () -> "instead of \"" + words + "\", write: " + instead));
        }
        assertTrue(checks.size() > 15, "the table was read");
        assertAll(checks);
    }

    @Test
    void shouldFindWordsAcrossLinesOfComments() {
        String comment = "waited in\n     * vain, In\n// vain";

        assertEquals(
                2,
                occurrences("in vain", BREAK.matcher(comment).replaceAll(" ")).size());
        assertEquals(List.of(), occurrences("mend(s|ed|ing)?", "recommended"));
    }

    /** The words, with some of what surrounds them. */
    private static List<String> occurrences(String words, String text) {
        return Pattern.compile("\\b(" + words + ")\\b", Pattern.CASE_INSENSITIVE)
                .matcher(text)
                .results()
                .map(found -> text.substring(
                        Math.max(0, found.start() - CONTEXT), Math.min(text.length(), found.end() + CONTEXT)))
                .toList();
    }

    private static String allTexts() throws IOException {
        StringBuilder all = new StringBuilder();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                return SKIPPED.contains(name) || name.matches("[.](?!ci$|[.]$).+")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.toString().replace('\\', '/');
                if (TEXTS.matcher(name).matches() && !UNCOUNTED.contains(file)) {
                    all.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                            .append('\n');
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return BREAK.matcher(all).replaceAll(" ");
    }
}
