// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the tests themselves. */
class TestCodeTest {

    private static final List<String> FOLDERS =
            List.of("lock-impl", "lock-testkit-postgres", "cdi-tests", "arquillian-tests", "lock-benchmark");

    private static final Pattern TEST = Pattern.compile(".*(IT|Test)[.]java");
    private static final Pattern SLEEP =
            Pattern.compile("\\bThread[.]sleep\\(|\\b(NANO|MICRO|MILLI)?SECONDS[.]sleep\\(");

    /** A sleep orders no threads. Time that a claim is about passes in {@code letPass}, where its reader sees what it is for. */
    @Test
    void testsShouldNotSleep() {
        List<SourceFile> tests = FOLDERS.stream().flatMap(TestCodeTest::tests).toList();

        assertFalse(tests.isEmpty());
        MainCode.assertNone(
                tests.stream().filter(test -> SLEEP.matcher(test.text()).find()).map(SourceFile::simpleName));
    }

    /** In the folder src of a module, or of the modules in it. */
    private static Stream<SourceFile> tests(String folder) {
        return files(Path.of("..", folder), 2)
                .filter(path -> path.endsWith("src"))
                .flatMap(src -> files(src, Integer.MAX_VALUE))
                .filter(file -> TEST.matcher(file.getFileName().toString()).matches())
                .map(SourceFile::read);
    }

    private static Stream<Path> files(Path folder, int depth) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
