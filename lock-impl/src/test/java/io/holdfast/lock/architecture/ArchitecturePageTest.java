// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page about the architecture names the packages and classes that there are. */
class ArchitecturePageTest {

    private static final Path PAGE = Path.of("../docs/architecture.md");
    private static final Pattern PACKAGE =
            Pattern.compile("(?<![\\w./-])((?:ee|postgres)(?:[.][a-z]+)?|integration|message)(?![\\w-])");
    private static final Pattern CLASS = Pattern.compile("`@?([A-Z]\\w+)`");

    @Test
    void shouldDrawEveryPackage() throws IOException {
        String page = Files.readString(PAGE);
        Set<String> inCode = SourceFile.ofBothModules().stream()
                .map(file -> MainCode.relative(file.packageName()))
                .filter(name -> !Set.of("", "spi", "event").contains(name))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(inCode, found(PACKAGE, page));
    }

    @Test
    void shouldNameClassesThatExist() throws IOException {
        Set<String> named = found(CLASS, Files.readString(PAGE));
        Set<String> missing = new TreeSet<>(named);
        SourceFile.ofBothModules().forEach(file -> missing.remove(file.simpleName()));
        // Tests that the page points to.
        missing.removeAll(Set.of("PackagesTest", "KeyPathIT"));

        assertAll(() -> assertEquals(Set.of(), missing), () -> assertEquals(false, named.isEmpty()));
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
