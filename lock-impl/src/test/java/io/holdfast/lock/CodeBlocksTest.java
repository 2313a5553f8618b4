// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/**
 * The blocks of the pages that are not Java: XML, and commands that are too slow to run here. SQL runs in tests of its pages, the
 * commands of docs/tutorial in a module of arquillian-tests.
 */
class CodeBlocksTest {

    private static final Path ROOT = Path.of("..");
    private static final Path TUTORIALS = ROOT.resolve("docs/tutorial");

    /** What checks a block of this language. Blocks without one are commands, drawings, or what is printed. */
    private static final Map<String, String> CHECKED_BY = Map.of(
            "java", "SnippetsTest, StandalonePageTest, TestingPageTest",
            "properties", "SettingsTest",
            "sh", "TutorialIT",
            "sql", "HowtoPageIT, OperationsPageIT, RunbookIT, TutorialIT",
            "text", "ArchitecturePageTest, KeyPathIT, TutorialIT",
            "xml", "this test",
            "", "this test");

    private static final Pattern OPTION = Pattern.compile(" -(P|pl |Dit[.]test=|Dtest=)(?:'!)?([\\w.,/-]+)");
    private static final Pattern SCRIPT = Pattern.compile("(?m)^([.]/mvnw|[.]ci/[a-z-]+)");
    private static final Pattern DEPENDENCY = Pattern.compile("(?s)<dependency>(.*?)</dependency>");

    /** Comes before the part that differs. */
    private static final String FIRST = "## 1. ";

    private static final String DIFFERENT = "## 4. ";

    @Test
    void shouldHaveOnlyLanguagesThatATestChecks() {
        Set<String> languages = Pages.all().stream()
                .flatMap(page -> Pages.blocks(page).stream())
                .map(Pages.Block::language)
                .collect(Collectors.toSet());

        assertEquals(CHECKED_BY.keySet(), languages);
    }

    @Test
    @DisplayName("XML is well-formed, and the dependencies in it have the versions of this build")
    void shouldHaveUsableXml() throws Exception {
        Document pom = parse(Snippets.read(ROOT.resolve("pom.xml")));
        int dependencies = 0;
        for (Path page : Pages.all()) {
            for (String block : Pages.blocks(page, "xml")) {
                parse("<parts>" + block.replaceFirst("<\\?xml.*?\\?>", "") + "</parts>");
                for (String dependency : DEPENDENCY
                        .matcher(block)
                        .results()
                        .map(MatchResult::group)
                        .toList()) {
                    Element element = parse(dependency).getDocumentElement();
                    dependencies++;
                    String version = text(element, "version");
                    Optional<String> managed = managedVersion(pom, text(element, "artifactId"));
                    assertTrue(managed.isPresent() || !text(element, "groupId").equals("io.holdfast"), dependency);
                    // Frameworks that only a page uses have no version here.
                    if (!version.isEmpty() && managed.isPresent()) {
                        assertEquals(managed.get(), version, page + dependency);
                    }
                }
            }
        }
        assertTrue(dependencies > 5, "the pages were read");
    }

    @Test
    @DisplayName("commands name profiles, modules, tests and scripts that exist")
    void shouldNameWhatExists() {
        Set<String> profiles = Stream.of("pom.xml", "lock-impl/pom.xml", "arquillian-tests/pom.xml")
                .map(ROOT::resolve)
                .map(Snippets::read)
                .flatMap(pom -> Pattern.compile("<profile>\\s*(?:<!--.*?-->\\s*)?<id>([^<]+)</id>", Pattern.DOTALL)
                        .matcher(pom)
                        .results())
                .map(profile -> profile.group(1))
                .collect(Collectors.toSet());
        Set<String> tests = Snippets.filesBelow(ROOT)
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(".java"))
                .map(name -> name.replace(".java", ""))
                .collect(Collectors.toSet());
        List<Executable> checks = Pages.all().stream()
                .flatMap(page -> Stream.of("", "sh")
                        .flatMap(language -> Pages.blocks(page, language).stream())
                        .flatMap(block -> checks(page, block, profiles, tests)))
                .toList();

        assertTrue(checks.size() > 10, "the pages were read");
        assertAll(checks);
    }

    private static Stream<Executable> checks(Path page, String block, Set<String> profiles, Set<String> tests) {
        Stream<Executable> scripts = SCRIPT.matcher(block)
                .results()
                .map(script -> () -> assertTrue(Files.exists(ROOT.resolve(script.group(1))), page + script.group()));
        Stream<Executable> options = OPTION.matcher(block)
                .results()
                .flatMap(option -> Stream.of(option.group(2).split(","))
                        .map(name -> () -> assertTrue(
                                switch (option.group(1)) {
                                    case "P" -> profiles.contains(name);
                                    case "pl " ->
                                        Files.exists(ROOT.resolve(name).resolve("pom.xml"));
                                    default ->
                                        name.equals("none")
                                                || tests.contains(name.substring(name.lastIndexOf('.') + 1));
                                },
                                page + ": " + name)));
        return Stream.concat(scripts, options);
    }

    @Test
    @DisplayName("the tutorials begin in the same way, and download the versions that the build tests")
    void shouldHaveTutorialsThatBeginAlike() throws Exception {
        Document pom = parse(Snippets.read(ROOT.resolve("pom.xml")));
        Map<String, String> versions = Map.of(
                "wildfly.md", "wildfly.version",
                "payara.md", "payara.version",
                "liberty.md", "liberty.version");
        String beginning = beginning("wildfly.md");

        assertFalse(beginning.isEmpty());
        for (Map.Entry<String, String> server : versions.entrySet()) {
            String page = Snippets.read(TUTORIALS.resolve(server.getKey()));
            assertEquals(beginning, beginning(server.getKey()));
            assertTrue(
                    page.contains(":" + text(pom.getDocumentElement(), server.getValue()) + ":zip"), server.getKey());
            assertTrue(
                    page.contains("org.postgresql:postgresql:"
                            + managedVersion(pom, "postgresql").orElseThrow()),
                    server.getKey());
        }
    }

    private static String beginning(String page) {
        String text = Snippets.read(TUTORIALS.resolve(page));
        return text.substring(text.indexOf(FIRST), text.indexOf(DIFFERENT));
    }

    /** The version that the parent gives to an artifact or to a plugin, if it does. */
    private static Optional<String> managedVersion(Document pom, String artifact) {
        Matcher version = Pattern.compile("<artifactId>" + Pattern.quote(artifact)
                        + "</artifactId>\\s*<version>(?:\\$\\{([^}]+)}|([^<]+))</version>")
                .matcher(Snippets.read(ROOT.resolve("pom.xml")));
        if (!version.find()) {
            return Optional.empty();
        }
        if (version.group(1) == null) {
            return Optional.of(version.group(2));
        }
        return Optional.of(
                version.group(1).equals("project.version")
                        ? Snippets.read(ROOT.resolve("pom.xml")).replaceAll("(?s).*?<version>([^<]+)</version>.*", "$1")
                        : text(pom.getDocumentElement(), version.group(1)));
    }

    private static String text(Element element, String name) {
        return element.getElementsByTagName(name).getLength() == 0
                ? ""
                : element.getElementsByTagName(name).item(0).getTextContent();
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml.strip())));
    }
}
