// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.TextFiles;
import io.holdfast.lock.ee.observe.LockMetrics.Measure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The alert rules for Prometheus name what is emitted, and sections that exist. */
class AlertsTest {

    private static final Path ROOT = Path.of("..");
    private static final Path TESTS_OF_RULES = ROOT.resolve("dashboards/holdfast-alerts-test.yml");

    /** What an expression has besides metrics and labels. */
    private static final Set<String> PROMQL =
            Set.of("sum", "by", "increase", "rate", "histogram_quantile", "unless", "or", "offset");

    private static final Pattern IDENTIFIER = Pattern.compile("(?<!\\w)[a-zA-Z_]\\w*");
    private static final Pattern LABEL_IN_TEXT = Pattern.compile("[$]labels[.](\\w+)");
    private static final Pattern MESSAGE = Pattern.compile("HOLDFAST-\\d{4}");

    /** The label of the scraped server, which Prometheus adds. */
    private static final String INSTANCE = "instance";

    /** A file of rules, with the names and labels of its API. */
    enum Rules {
        METRICS(
                "dashboards/holdfast-alerts.yml",
                LockMetricsTest::inPrometheus,
                Set.of(LockMetrics.APPLICATION, LockMetrics.LOCK, INSTANCE)),
        OPEN_TELEMETRY(
                "dashboards/holdfast-alerts-opentelemetry.yml",
                LockMetricsTest::ofOpenTelemetryInPrometheus,
                Set.of(
                        OpenTelemetryMetrics.APPLICATION_KEY.getKey().replace('.', '_'),
                        OpenTelemetryMetrics.LOCK_KEY.getKey().replace('.', '_'),
                        INSTANCE,
                        "le"));

        private final Path file;
        private final Function<Measure, Set<String>> names;
        private final Set<String> labels;

        Rules(String file, Function<Measure, Set<String>> names, Set<String> labels) {
            this.file = ROOT.resolve(file);
            this.names = names;
            this.labels = labels;
        }

        private Set<String> emitted() {
            return Arrays.stream(Measure.values())
                    .flatMap(measure -> names.apply(measure).stream())
                    .collect(toCollection(TreeSet::new));
        }

        private List<Rule> read() throws IOException {
            Map<?, ?> groups = (Map<?, ?>) TextFiles.yaml(file);
            return ((List<?>) groups.get("groups"))
                    .stream()
                            .flatMap(group -> ((List<?>) ((Map<?, ?>) group).get("rules")).stream())
                            .map(rule -> new Rule((Map<?, ?>) rule))
                            .toList();
        }
    }

    /** One rule, as it is written. */
    private record Rule(Map<?, ?> yaml) {

        String text(String property) {
            return (String) yaml.get(property);
        }

        String severity() {
            return (String) ((Map<?, ?>) yaml.get("labels")).get("severity");
        }

        String annotation(String name) {
            return String.valueOf(((Map<?, ?>) yaml.get("annotations")).get(name));
        }

        /** What is the same for both APIs. */
        List<String> outline() {
            return List.of(text("alert"), text("for"), severity(), annotation("runbook"));
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("an expression consists of metrics and labels that are emitted, and of PromQL")
    void shouldUseWhatIsEmittedOnly(Rules rules) throws IOException {
        Set<String> known = new TreeSet<>(rules.emitted());
        known.addAll(rules.labels);
        known.addAll(PROMQL);
        for (Rule rule : rules.read()) {
            Set<String> used = found(IDENTIFIER, rule.text("expr"));

            assertTrue(known.containsAll(used), () -> rule.text("alert") + ": " + used + " of " + known);
            assertTrue(rules.emitted().stream().anyMatch(used::contains), rule.text("alert"));
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a rule says how severe it is, what to do, and where to read on; its texts name labels that it keeps")
    void shouldSayWhatToDo(Rules rules) throws IOException {
        Set<String> messages = TextFiles.find("(?m)^\\| (HOLDFAST-\\d{4}) ", ROOT.resolve("docs/messages.md"));
        for (Rule rule : rules.read()) {
            String texts = rule.annotation("summary") + " " + rule.annotation("description");

            assertTrue(rule.text("for").matches("\\d+[mh]"), rule.text("alert"));
            assertTrue(Set.of("critical", "warning").contains(rule.severity()), rule.text("alert"));
            assertFalse(texts.contains("null"), texts);
            assertTrue(messages.containsAll(found(MESSAGE, texts)), texts);
            LABEL_IN_TEXT.matcher(texts).results().map(label -> label.group(1)).forEach(label -> {
                assertTrue(rules.labels.contains(label), texts);
                assertTrue(found(IDENTIFIER, rule.text("expr")).contains(label), texts);
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeadToSectionsOfTheRunbook(Rules rules) throws IOException {
        for (Rule rule : rules.read()) {
            String[] link = rule.annotation("runbook").split("#");
            Set<String> sections = TextFiles.find("(?m)^#+ (.+)$", ROOT.resolve(link[0])).stream()
                    .map(heading -> heading.toLowerCase().replace(' ', '-'))
                    .collect(toCollection(TreeSet::new));

            assertTrue(sections.contains(link[1]), () -> rule.annotation("runbook") + " in " + sections);
        }
    }

    @Test
    void shouldHaveTheSameAlertsForBothApis() throws IOException {
        List<List<String>> alerts =
                Rules.METRICS.read().stream().map(Rule::outline).toList();

        assertTrue(alerts.size() >= 5);
        assertEquals(
                alerts, Rules.OPEN_TELEMETRY.read().stream().map(Rule::outline).toList());
    }

    @Test
    @DisplayName("the unit tests of the rules, which promtool runs, test every rule with metrics that are emitted")
    void shouldTestEveryRule() throws IOException {
        Set<String> series = TextFiles.find("series: '(\\w+)", TESTS_OF_RULES);
        Set<String> tested = TextFiles.find("alertname(?:: |=\")(\\w+)", TESTS_OF_RULES);

        assertTrue(Rules.METRICS.emitted().containsAll(series), series::toString);
        assertEquals(
                Rules.METRICS.read().stream().map(rule -> rule.text("alert")).collect(toCollection(TreeSet::new)),
                tested);
    }

    @Test
    void runbookShouldNameMessagesThatExist() throws IOException {
        Set<String> named = TextFiles.find("(HOLDFAST-\\d{4})", ROOT.resolve("docs/runbook.md"));

        assertFalse(named.isEmpty());
        assertTrue(TextFiles.find("(?m)^\\| (HOLDFAST-\\d{4}) ", ROOT.resolve("docs/messages.md"))
                .containsAll(named));
    }

    private static Set<String> found(Pattern pattern, String text) {
        Stream<String> matches = pattern.matcher(text).results().map(MatchResult::group);
        return matches.collect(toCollection(TreeSet::new));
    }
}
