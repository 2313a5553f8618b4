// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LockSettingsTest {

    private static final LockRequest UNSAID = LockRequest.of("key").name("order");
    private static final LockRequest SAID = UNSAID.ttl(Duration.ofSeconds(2));

    private static final Map<String, String> ENFORCED = Map.of(
            "holdfast.lock.order.wait-at-most", "7s",
            "holdfast.lock.order.ttl", "8s",
            "holdfast.lock.order.lease", "enforced");

    private static Settings read(Map<String, String> values) {
        return Settings.read(source(values));
    }

    private static SettingsSource source(Map<String, String> values, String... environment) {
        return new SettingsSource(name -> Optional.ofNullable(values.get(name)), values.keySet(), Set.of(environment));
    }

    @Test
    void shouldStandForATtlThatNothingSays() {
        Settings settings = read(Map.of(
                "holdfast.ttl", "5s",
                "holdfast.lease", "enforced",
                "holdfast.lock.invoice.ttl", "unlimited",
                "holdfast.lock.payment.lease", "advisory"));

        assertEquals(UNSAID.enforcedTtl(Duration.ofSeconds(5)), settings.complete(UNSAID));
        assertEquals(UNSAID.enforcedTtl(Duration.ofSeconds(5)), settings.override(UNSAID));
        assertEquals(SAID, settings.complete(SAID));
        assertEquals(SAID, settings.override(SAID));
        assertEquals(UNSAID.name("invoice"), settings.override(UNSAID.name("invoice")));
        assertEquals(UNSAID.name("payment").ttl(Duration.ofSeconds(5)), settings.override(UNSAID.name("payment")));
        assertEquals(UNSAID.name("invoice"), settings.complete(UNSAID.name("invoice")));
        assertEquals(UNSAID.name("payment").ttl(Duration.ofSeconds(5)), settings.complete(UNSAID.name("payment")));
        LockRequest transactional = UNSAID.scope(LockScope.TRANSACTION);
        assertEquals(transactional, settings.override(transactional));
    }

    @Test
    void shouldChangeTheModeOfAnAnnotationOnly() {
        Settings settings = read(Map.of("holdfast.lock.order.mode", "shared"));

        assertEquals(SAID.mode(LockMode.SHARED), settings.override(SAID));
        assertEquals(UNSAID, settings.complete(UNSAID));
    }

    @Test
    void shouldGoBeforeAnAnnotation() {
        LockRequest expected = UNSAID.enforcedTtl(Duration.ofSeconds(8));

        assertEquals(expected, read(ENFORCED).of("order").override(SAID));
        assertEquals(expected, read(ENFORCED).of("order").override(UNSAID));
        assertEquals(SAID, read(ENFORCED).of("invoice").override(SAID));
        assertEquals(
                Optional.of(Duration.ofSeconds(7)), read(ENFORCED).of("order").waitAtMost());
        assertEquals(Optional.empty(), read(ENFORCED).of("invoice").waitAtMost());
    }

    @Test
    void shouldStandForWhatAProgramDoesNotSay() {
        assertEquals(
                UNSAID.enforcedTtl(Duration.ofSeconds(8)),
                read(ENFORCED).of("order").complete(UNSAID));
        assertEquals(SAID, read(ENFORCED).of("order").complete(SAID));
        assertEquals(UNSAID, read(ENFORCED).of("invoice").complete(UNSAID));
    }

    @Test
    void shouldChangeWhatIsSetOnly() {
        assertEquals(
                SAID.ttl(Duration.ofSeconds(9)),
                read(Map.of("holdfast.lock.order.ttl", "9s")).of("order").override(SAID));
        LockSettings lease =
                read(Map.of("holdfast.lock.order.lease", "enforced")).of("order");
        assertEquals(SAID.enforcedTtl(SAID.ttl()), lease.override(SAID));
        assertEquals(UNSAID, lease.override(UNSAID), "nothing to enforce");
    }

    @Test
    void shouldLeaveTheTtlOfTransactionsAlone() {
        LockRequest request = UNSAID.scope(LockScope.TRANSACTION);

        assertEquals(request, read(ENFORCED).of("order").override(request));
    }

    @ParameterizedTest
    @ValueSource(strings = {"order", "a.b", "order/#{order.id}", "lock", "ttl", "two words"})
    void shouldFindAnyName(String name) {
        LockSettings settings =
                read(Map.of("holdfast.lock." + name + ".ttl", "8s")).of(name);

        assertEquals(Optional.of(Duration.ofSeconds(8)), settings.ttl());
    }

    @Test
    void shouldReadEnvironment() {
        Settings settings =
                Settings.read(source(Map.of("HOLDFAST_LOCK_A_B_WAIT_AT_MOST", "3s"), "HOLDFAST_LOCK_A_B_WAIT_AT_MOST"));

        assertEquals(Optional.of(Duration.ofSeconds(3)), settings.of("a/b").waitAtMost());
        assertEquals(Optional.empty(), settings.of("c").waitAtMost());
    }

    @ParameterizedTest
    @CsvSource({
        "holdfast.lock.a.b.wait-at-most, -1s, -1s",
        "holdfast.lock.a.b.ttl, 0s, 0s",
        "holdfast.lock.a.b.ttl, 600h, PT600H",
        "holdfast.lock.a.b.lease, strict, strict",
        "holdfast.lock.a.b.min-hold, unlimited, unlimited",
        "holdfast.lock.a.b.if-busy, wait, wait",
        "holdfast.lock.a.b.mode, both, both"
    })
    void shouldRefuseWrongValuesByName(String name, String value, String told) {
        DeploymentException refused = assertThrows(
                DeploymentException.class,
                () -> read(
                        name.endsWith("ttl")
                                ? Map.of(name, value, "holdfast.lock.a.b.lease", "enforced")
                                : Map.of(name, value)));

        assertTrue(refused.getMessage().contains(name), refused.getMessage());
        assertTrue(refused.getMessage().contains("'" + told + "'"), refused.getMessage());
    }
}
