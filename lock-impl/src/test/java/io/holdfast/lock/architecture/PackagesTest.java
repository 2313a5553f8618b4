// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.architecture.MainCode.Use;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which of our packages may use which others. */
class PackagesTest {

    private static final String API = "";

    /** What every package of lock-impl may use without a mention. */
    private static final Set<String> COMMON = Set.of(API, "spi", "event", "message");

    /** Every package, below io.holdfast.lock, and what it may use; for those of lock-impl the package-info says the same. */
    private static final Map<String, Set<String>> ALLOWED = new LinkedHashMap<>();

    static {
        allow(API);
        allow("spi", API);
        allow("event", API);

        allow("message");
        allow("postgres.thread");
        allow("postgres.sql");
        allow("postgres.config");
        allow("postgres.connection", "postgres.sql", "postgres.config");
        allow("postgres.session", "postgres.connection", "postgres.sql", "postgres.thread", "postgres.config");
        allow(
                "postgres.hold",
                "postgres.session",
                "postgres.connection",
                "postgres.sql",
                "postgres.thread",
                "postgres.config");
        allow(
                "postgres.acquire",
                "postgres.hold",
                "postgres.session",
                "postgres.sql",
                "postgres.thread",
                "postgres.config");
        allow(
                "postgres.transaction",
                "postgres.acquire",
                "postgres.hold",
                "postgres.session",
                "postgres.sql",
                "postgres.thread",
                "postgres.config");
        allow(
                "postgres",
                "postgres.acquire",
                "postgres.hold",
                "postgres.transaction",
                "postgres.session",
                "postgres.sql",
                "postgres.thread",
                "postgres.config");

        allow("ee.key");
        allow("ee.settings", "postgres.config");
        allow("ee.definition", "ee.key", "ee.settings");
        allow("ee.naming", "ee.settings");
        allow("ee.observe", "ee.naming");
        allow("ee.transaction", "ee.naming", "postgres.transaction", "postgres.config");
        allow(
                "ee.domain",
                "ee.definition",
                "ee.settings",
                "ee.naming",
                "ee.observe",
                "ee.transaction",
                "postgres",
                "postgres.config",
                "postgres.transaction");
        allow("ee.locked", "ee.definition", "ee.domain", "ee.settings", "ee.transaction");
        allow("ee.operations", "ee.domain", "ee.naming", "ee.settings", "postgres");
        allow("ee", "ee.definition", "ee.domain", "ee.locked");
        allow("integration", "ee.domain", "ee.operations", "postgres", "postgres.config");
    }

    private static final Pattern SENTENCE = Pattern.compile("\\b(?:Uses|It may use) (.*?)[.]\\s");
    private static final Pattern NAME = Pattern.compile("\\{@code ([a-z.]+)}");

    private static void allow(String name, String... others) {
        ALLOWED.put(name, Set.of(others));
    }

    @Test
    void shouldUseOnlyTheAllowedPackages() {
        MainCode.assertNone(MainCode.USES.stream()
                .filter(Use::crossesPackages)
                .filter(use -> !isAllowed(MainCode.packageOf(use.from()), MainCode.packageOf(use.to()))));
    }

    private static boolean isAllowed(String from, String to) {
        return ALLOWED.getOrDefault(from, Set.of()).contains(to) || isInImplementation(from) && COMMON.contains(to);
    }

    private static boolean isInImplementation(String name) {
        return !Set.of(API, "spi", "event").contains(name);
    }

    /** What is allowed has no cycle, so there is none. */
    @Test
    void shouldFormNoCycle() {
        Map<String, Set<String>> left = new HashMap<>(ALLOWED);
        while (left.values().removeIf(others -> others.stream().noneMatch(left::containsKey))) {
            // A package that uses nothing that is left is in no cycle.
        }
        assertEquals(Map.of(), left);
    }

    @Test
    void shouldAllBeInTheTable() {
        assertEquals(
                new TreeSet<>(ALLOWED.keySet()),
                SourceFile.ofBothModules().stream()
                        .map(file -> MainCode.relative(file.packageName()))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** The sentence in a package-info that begins with "Uses" or "It may use"; without "ee" or "postgres", if both are there. */
    @Test
    void shouldDocumentWhatTheyUse() {
        Map<String, Set<String>> documented = new TreeMap<>();
        Map<String, Set<String>> allowed = new TreeMap<>();
        for (SourceFile file : SourceFile.ofBothModules()) {
            String name = MainCode.relative(file.packageName());
            if (file.simpleName().equals("package-info") && isInImplementation(name)) {
                documented.put(name, named(file.text(), name));
                allowed.put(name, new TreeSet<>(ALLOWED.getOrDefault(name, Set.of())));
            }
        }
        assertEquals(allowed, documented);
    }

    private static Set<String> named(String text, String in) {
        Set<String> named = new TreeSet<>();
        Matcher sentence = SENTENCE.matcher(text.replaceAll("\\s*\\R \\*\\s*", " "));
        if (sentence.find()) {
            Matcher name = NAME.matcher(sentence.group(1));
            while (name.find()) {
                named.add(resolve(name.group(1), in));
            }
        }
        return named;
    }

    private static String resolve(String name, String in) {
        String layer = in.replaceAll("[.].*", "");
        return Arrays.asList(layer + "." + name, name).stream()
                .filter(ALLOWED::containsKey)
                .findFirst()
                .orElse(name);
    }
}
