// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Pages;
import io.holdfast.lock.ee.naming.LockDataSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static Settings read(Map<String, String> values) {
        return Settings.read(source(values));
    }

    private static SettingsSource source(Map<String, String> values, String... environment) {
        return new SettingsSource(name -> Optional.ofNullable(values.get(name)), values.keySet(), Set.of(environment));
    }

    @Test
    void shouldHaveDefaults() {
        assertEquals(Settings.UNSET, read(Map.of()));
    }

    @Test
    void shouldReadEverySetting() {
        Settings settings = read(Map.ofEntries(
                Map.entry("holdfast.datasource", "java:jboss/datasources/HoldfastDS"),
                Map.entry("holdfast.namespace", "-7"),
                Map.entry("holdfast.wait-at-most", "0s"),
                Map.entry("holdfast.wait-slice", "15s"),
                Map.entry("holdfast.connection-timeout", "500ms"),
                Map.entry("holdfast.answer-timeout", "750ms"),
                Map.entry("holdfast.close-timeout", "PT1M"),
                Map.entry("holdfast.check-interval", "1s"),
                Map.entry("holdfast.heartbeat", "0s"),
                Map.entry("holdfast.hand-over", "1s"),
                Map.entry("holdfast.keep-session", "1m"),
                Map.entry("holdfast.sessions", "Shared"),
                Map.entry("holdfast.max-sessions", "4"),
                Map.entry("holdfast.max-locks", "500"),
                Map.entry("holdfast.publish-keys", "false"),
                Map.entry("holdfast.ttl", "1h"),
                Map.entry("holdfast.lease", "enforced")));

        assertEquals(Optional.of("java:jboss/datasources/HoldfastDS"), settings.dataSource());
        assertEquals(
                LockerConfig.DEFAULT
                        .namespace(-7)
                        .waitAtMost(Duration.ZERO)
                        .waitSlice(Duration.ofSeconds(15))
                        .connectionTimeout(Duration.ofMillis(500))
                        .answerTimeout(Duration.ofMillis(750))
                        .closeTimeout(Duration.ofMinutes(1))
                        .checkInterval(Duration.ofSeconds(1))
                        .heartbeat(Duration.ZERO)
                        .handOver(Duration.ofSeconds(1))
                        .keepSession(Duration.ofMinutes(1))
                        .sessions(SessionMode.SHARED)
                        .maxSessions(4)
                        .maxLocks(500)
                        .publishKeys(false),
                settings.lockerOn(true));
        assertEquals(Optional.of(Duration.ofHours(1)), settings.defaultTtl().ttl());
        assertEquals(Optional.of(Lease.ENFORCED), settings.defaultTtl().lease());
    }

    @Test
    void shouldReadSettingsOfTheApplication() {
        ApplicationSettings settings = readAll(source(Map.of(
                "holdfast.trace-keys", "false",
                "holdfast.operations-role", "operator",
                "holdfast.terminate-role", "chief",
                "holdfast.health-timeout", "2s")));

        assertFalse(settings.tracesKeys());
        assertEquals(Optional.of("operator"), settings.operationsRole());
        assertEquals(Optional.of("chief"), settings.terminateRole());
        assertEquals(Optional.of(Duration.ofSeconds(2)), settings.healthTimeout());
        assertEquals(
                Optional.empty(),
                readAll(source(Map.of("holdfast.health", "false"))).healthTimeout());
    }

    private static ApplicationSettings readAll(SettingsSource source, String... named) {
        return ApplicationSettings.read(source, Set.of(named), Set.of());
    }

    @Test
    void shouldTakeBlankForUnset() {
        assertEquals(Settings.UNSET, read(Map.of("holdfast.datasource", " ", "holdfast.namespace", "")));
    }

    @ParameterizedTest
    @CsvSource({
        "250ms, PT0.25S",
        "5s, PT5S",
        "5 S, PT5S",
        "2m, PT2M",
        "1h, PT1H",
        "0, PT0S",
        "PT1.5S, PT1.5S",
        "p1d, PT24H"
    })
    void shouldReadDurations(String text, Duration expected) {
        assertEquals(
                expected, read(Map.of("holdfast.wait-at-most", text)).locker().waitAtMost());
    }

    @Test
    void shouldReadUnlimitedWait() {
        assertEquals(
                LockRequest.UNLIMITED,
                read(Map.of("holdfast.wait-at-most", "Unlimited")).locker().waitAtMost());
    }

    @ParameterizedTest
    @CsvSource({
        "holdfast.namespace, 2147483648",
        "holdfast.namespace, one",
        "holdfast.wait-at-most, -1s",
        "holdfast.wait-at-most, PT-1S",
        "holdfast.wait-at-most, 5",
        "holdfast.wait-at-most, soon",
        "holdfast.wait-slice, 0s",
        "holdfast.connection-timeout, 0s",
        "holdfast.connection-timeout, 25h",
        "holdfast.answer-timeout, 0s",
        "holdfast.answer-timeout, unlimited",
        "holdfast.close-timeout, 0ms",
        "holdfast.check-interval, 0s",
        "holdfast.heartbeat, 500ms",
        "holdfast.hand-over, 1001ms",
        "holdfast.hand-over, -1ms",
        "holdfast.keep-session, 61s",
        "holdfast.keep-session, unlimited",
        "holdfast.sessions, both",
        "holdfast.max-sessions, -1",
        "holdfast.max-locks, 0",
        "holdfast.publish-keys, yes",
        "holdfast.connection-timeout, unlimited",
        "holdfast.ttl, 0s",
        "holdfast.lease, strict"
    })
    void shouldRefuseWrongValuesByName(String name, String value) {
        DeploymentException refused = assertThrows(DeploymentException.class, () -> read(Map.of(name, value)));

        assertTrue(refused.getMessage().contains(name), refused.getMessage());
        assertTrue(refused.getMessage().contains("'" + value + "'"), refused.getMessage());
    }

    @Test
    void shouldFindUnknownNamesAndTheNearestKnownOne() {
        SettingsSource source = source(
                Map.of(
                        "holdfast.wait-at-most", "1s",
                        "holdfast.wait-at-mots", "1s",
                        "holdfast.nameSpace", "1",
                        "holdfast.data-source", "jdbc/locks",
                        "holdfast.max.locks", "7",
                        "holdfast.lock.a.b/c.tll", "7s",
                        "holdfast.lock.a.b/c.ttl", "7s",
                        "holdfast.jdbc.url", "jdbc:postgresql:locks",
                        "holdfastidious", "1"),
                "HOLDFAST_JDBC_PASSWORD",
                "HOLDFAST_MAX_LOCKS",
                "HOLDFAST_LOCK_ORDER_TTL",
                "HOLDFAST_MAX_LOGS",
                "PATH");

        assertEquals(
                Map.of(
                        "holdfast.wait-at-mots", "holdfast.wait-at-most",
                        "holdfast.nameSpace", "holdfast.namespace",
                        "holdfast.data-source", "holdfast.datasource",
                        "holdfast.lock.a.b/c.tll", "holdfast.lock.a.b/c.ttl",
                        "HOLDFAST_MAX_LOGS", "HOLDFAST_MAX_LOCKS"),
                UnknownSettings.find(source, Set.of("billing")));
    }

    @Test
    @DisplayName(
            "what Kubernetes sets for a service is not taken for a misspelt setting, but what only looks like it is")
    void shouldKnowServicesOfKubernetes() {
        SettingsSource source = source(
                Map.of(),
                "HOLDFAST_SERVICE_HOST",
                "HOLDFAST_SERVICE_PORT",
                "HOLDFAST_PORT",
                "HOLDFAST_DB_SERVICE_HOST",
                "HOLDFAST_DB_SERVICE_PORT",
                "HOLDFAST_DB_SERVICE_PORT_POSTGRES",
                "HOLDFAST_DB_PORT",
                "HOLDFAST_DB_PORT_5432_TCP",
                "HOLDFAST_DB_PORT_5432_TCP_PROTO",
                "HOLDFAST_DB_PORT_5432_TCP_PORT",
                "HOLDFAST_DB_PORT_5432_TCP_ADDR",
                "HOLDFAST_DB_MAX_LOCKS",
                "HOLDFAST_PROT",
                "HOLDFAST_SUP_PORT",
                "HOLDFAST_MAX_LOCK");

        assertEquals(
                Set.of("HOLDFAST_DB_MAX_LOCKS", "HOLDFAST_PROT", "HOLDFAST_SUP_PORT", "HOLDFAST_MAX_LOCK"),
                UnknownSettings.find(source, Set.of()).keySet());
    }

    @Test
    void shouldKnowTheSettingsOfDomains() {
        SettingsSource source = source(
                Map.of(
                        "holdfast.billing.namespace", "7",
                        "holdfast.billing.namespaces", "7",
                        "holdfast.biling.heartbeat", "7s",
                        "holdfast.billing.lock.order.ttl", "7s",
                        "holdfast.billing.lock.order.tll", "7s"),
                "HOLDFAST_BILLING_MAX_LOCKS",
                "HOLDFAST_BILLING_LOCK_ORDER_TTL",
                "HOLDFAST_BILLING_MAX_LOGS");

        assertEquals(
                Map.of(
                        "holdfast.billing.namespaces", "holdfast.billing.namespace",
                        "holdfast.biling.heartbeat", "holdfast.billing.heartbeat",
                        "holdfast.billing.lock.order.tll", "holdfast.billing.lock.order.ttl",
                        "HOLDFAST_BILLING_MAX_LOGS", "HOLDFAST_BILLING_MAX_LOCKS"),
                UnknownSettings.find(source, Set.of("billing")));
    }

    @Test
    void shouldFindDomains() {
        SettingsSource source = source(
                Map.of(
                        "holdfast.datasource", "jdbc/locks",
                        "holdfast.billing.datasource", "jdbc/billing",
                        "holdfast.shipping.namespace", "7",
                        "holdfast.from.environment.datasource", "jdbc/environment",
                        "holdfast.transaction.datasource", "jdbc/work"),
                "HOLDFAST_FROM_ENVIRONMENT_DATASOURCE",
                "HOLDFAST_TRANSACTION_DATASOURCE");

        assertEquals(Set.of("billing", "named"), DomainNames.find(source, Set.of("named")));
    }

    @Test
    void shouldReadDomainsByTheirOwnSettingsThenByThoseOfTheDefault() {
        Map<String, Settings> all = readAll(source(Map.of(
                        "holdfast.datasource", "jdbc/locks",
                        "holdfast.transaction-datasource", "jdbc/work",
                        "holdfast.namespace", "1",
                        "holdfast.max-locks", "10",
                        "holdfast.ttl", "6s",
                        "holdfast.lock.order.ttl", "7s",
                        "holdfast.billing.datasource", "jdbc/billing",
                        "holdfast.billing.namespace", "2",
                        "holdfast.billing.lock.invoice.ttl", "8s")))
                .domains();

        assertEquals(Set.of(DomainNames.DEFAULT, "billing"), all.keySet());
        Settings billing = all.get("billing");
        assertEquals(Optional.of("jdbc/billing"), billing.dataSource());
        assertEquals(Optional.empty(), billing.transactionDataSource());
        assertEquals(LockerConfig.DEFAULT.namespace(2).maxLocks(10), billing.locker());
        assertEquals(Optional.of(Duration.ofSeconds(6)), billing.defaultTtl().ttl());
        assertEquals(Optional.of(Duration.ofSeconds(8)), billing.of("invoice").ttl());
        assertEquals(Optional.empty(), billing.of("order").ttl());
        assertEquals(
                Optional.of(Duration.ofSeconds(7)),
                all.get(DomainNames.DEFAULT).of("order").ttl());
        assertEquals(
                Optional.empty(), all.get(DomainNames.DEFAULT).of("invoice").ttl());
    }

    @Test
    @DisplayName("no session is kept of a pool that the application uses, too, unless that is set; domains inherit it")
    void shouldKeepNoSessionOfSharedPoolByDefault() {
        Settings unset = read(Map.of());
        assertEquals(Duration.ofSeconds(1), unset.lockerOn(false).keepSession());
        assertEquals(Duration.ZERO, unset.lockerOn(true).keepSession());

        Map<String, Settings> all = readAll(source(Map.of(
                        "holdfast.keep-session", "2s",
                        "holdfast.billing.datasource", "jdbc/billing",
                        "holdfast.shipping.datasource", "jdbc/shipping",
                        "holdfast.shipping.keep-session", "0s")))
                .domains();
        assertEquals(Duration.ofSeconds(2), all.get("billing").lockerOn(true).keepSession());
        assertEquals(Duration.ofSeconds(2), all.get("billing").lockerOn(false).keepSession());
        assertEquals(Duration.ZERO, all.get("shipping").lockerOn(false).keepSession());
    }

    @Test
    @DisplayName("a domain that the application names needs no source that lists the names of its settings")
    void shouldAskForDomainsByName() {
        Map<String, String> values = Map.of(
                "holdfast.billing.datasource", "jdbc/billing",
                "holdfast.billing.namespace", "2",
                "holdfast.unnamed.datasource", "jdbc/unnamed");
        SettingsSource hidden = new SettingsSource(name -> Optional.ofNullable(values.get(name)), Set.of(), Set.of());

        Map<String, Settings> all = readAll(hidden, "billing").domains();

        assertEquals(Set.of(DomainNames.DEFAULT, "billing"), all.keySet());
        assertEquals(Optional.of("jdbc/billing"), all.get("billing").dataSource());
        assertEquals(2, all.get("billing").locker().namespace());
    }

    @Test
    void shouldRefuseDomainWithoutDataSource() {
        DeploymentException refused = assertThrows(
                DeploymentException.class,
                () -> readAll(source(Map.of("holdfast.biling.datasource", "jdbc/billing")), "billing"));

        assertEquals(
                "HOLDFAST-0051: lock domain 'billing' has no data source. Set holdfast.billing.datasource to the JNDI name of"
                        + " one, or correct the name of the domain. The application and its settings name these domains:"
                        + " [biling, billing]",
                refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "jdbc", "a-transaction", "lock-a", "Billing", "1st", "a.b", "a--b", "a-", " "})
    void shouldRefuseNamesThatCannotBeDomains(String domain) {
        DeploymentException refused =
                assertThrows(DeploymentException.class, () -> DomainNames.find(source(Map.of()), Set.of(domain)));

        assertTrue(refused.getMessage().startsWith("HOLDFAST-0050: '" + domain + "'"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"kitten, sitting, 3", "'', abc, 3", "abc, '', 3", "abc, abc, 0", "abc, acb, 2"})
    void shouldMeasureDistance(String left, String right, int distance) {
        assertEquals(distance, UnknownSettings.distance(left, right));
    }

    @Test
    void shouldBeDocumentedByNameAndDefault() throws IOException {
        Map<String, String> defaults = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `(holdfast\\.[a-z-]+)` \\| [^|]+ \\| ([^|]+) \\|")
                .matcher(Files.readString(Path.of("../docs/configuration.md")));
        while (row.find()) {
            defaults.put(row.group(1), row.group(2));
        }

        assertEquals(ApplicationSettings.names(Set.of()), defaults.keySet());
        assertEquals(
                "`" + LockDataSource.REFERENCE + "`, then `" + LockDataSource.DEFAULT + "`",
                defaults.remove("holdfast.datasource"));
        assertEquals("that of the locks", defaults.remove("holdfast.transaction-datasource"));
        assertEquals("none", defaults.remove("holdfast.operations-role"));
        assertEquals("none", defaults.remove("holdfast.terminate-role"));
        assertEquals(
                "`1s`; `0s` on a data source that the application is known to use, too",
                defaults.remove("holdfast.keep-session"));
        defaults.replaceAll((name, value) -> value.replace("`", ""));
        assertEquals(readAll(source(Map.of())), readAll(source(defaults)));
        defaults.forEach((name, value) -> assertFalse(value.isBlank(), name));
    }

    @Test
    void shouldKnowTheSettingsOfAllExamples() throws IOException {
        int examples = 0;
        for (Path page : Pages.all()) {
            for (String block : Pages.blocks(page, "properties")) {
                Properties properties = new Properties();
                properties.load(new StringReader(block));
                Map<String, String> values = new TreeMap<>();
                properties.stringPropertyNames().stream()
                        .filter(name -> name.startsWith("holdfast."))
                        .forEach(name -> values.put(name, properties.getProperty(name)));
                SettingsSource source = source(values);
                Set<String> domains = DomainNames.find(source, Set.of());

                assertEquals(Map.of(), UnknownSettings.find(source, domains), page.toString());
                readAll(source);
                examples++;
            }
        }
        assertTrue(examples >= 8, "the pages were read");
    }

    @Test
    void shouldFallBackToSystemPropertiesWithoutMicroProfileConfig() {
        System.setProperty("holdfast.namespace", "12");
        try {
            assertEquals(12, Settings.read(SettingsSource.find()).locker().namespace());
        } finally {
            System.clearProperty("holdfast.namespace");
        }
    }
}
