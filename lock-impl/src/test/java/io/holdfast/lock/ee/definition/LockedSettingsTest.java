// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static io.holdfast.lock.ee.definition.LockedMethods.method;
import static io.holdfast.lock.ee.definition.LockedMethods.waitOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.settings.SettingsSource;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that take precedence over the annotation. */
class LockedSettingsTest {

    static class Configured {
        @Locked(value = "order", waitAtMost = 1, ttl = 20)
        void order() {}

        @Locked("timer")
        void timer() {}

        @Locked(
                value = {"first/a.b", "second"},
                ttl = 20)
        void two() {}

        @Locked(value = "skipping", ifBusy = IfBusy.SKIP)
        void skipping() {}
    }

    private static LockedMethod configured(String name, Map<String, String> values) {
        return configured(name, values, values.keySet());
    }

    /** By a source that lists these names. */
    private static LockedMethod configured(String name, Map<String, String> values, Set<String> listed) {
        Settings settings =
                Settings.read(new SettingsSource(key -> Optional.ofNullable(values.get(key)), listed, Set.of()));
        return method(Configured.class, name, settings);
    }

    @Test
    void shouldLetSettingsGoBeforeTheAnnotation() {
        LockedMethod method = configured(
                "timer",
                Map.of(
                        "holdfast.lock.timer.if-busy", "skip",
                        "holdfast.lock.timer.min-hold", "3s",
                        "holdfast.lock.timer.mode", "shared"));
        LockRequest request = method.requests(new Object[0]).get(0);

        assertEquals(IfBusy.SKIP, method.ifBusy());
        assertEquals(Duration.ofSeconds(3), method.minHold());
        assertEquals(LockMode.SHARED, request.mode());
        assertEquals(LockRequest.IMMEDIATE, waitOf(method), "as SKIP has it");
        assertEquals(IfBusy.FAIL, configured("timer", Map.of()).ifBusy());
        assertEquals(Duration.ofSeconds(1), waitOf(configured("order", Map.of())));
    }

    @Test
    @DisplayName("the wait is that set for the name of the first key, else the annotation's, else the configured one")
    void shouldFindWait() {
        Map<String, String> values = Map.of(
                "holdfast.wait-at-most", "9s",
                "holdfast.lock.order.wait-at-most", "3s",
                "holdfast.lock.second.wait-at-most", "4s",
                "holdfast.lock.timer.if-busy", "skip",
                "holdfast.lock.timer.wait-at-most", "5s");
        LockedMethod two = configured("two", values);
        List<LockRequest> requests = two.requests(new Object[0]);

        assertEquals(Duration.ofSeconds(3), waitOf(configured("order", values)));
        assertEquals(Duration.ofSeconds(5), waitOf(configured("timer", values)));
        assertEquals(Duration.ofSeconds(9), two.waitAtMost(requests.get(0)));
        assertEquals(Duration.ofSeconds(4), two.waitAtMost(requests.get(1)), "of those that are still to be acquired");
    }

    @Test
    @DisplayName(
            "what is set for the names of a method is found in sources that do not list the names of their settings")
    void shouldAskForSettingsByName() {
        Map<String, String> values = Map.of(
                "holdfast.lock.timer.if-busy", "skip",
                "holdfast.lock.first/a.b.min-hold", "3s",
                "holdfast.lock.second.ttl", "30s");

        assertEquals(IfBusy.SKIP, configured("timer", values, Set.of()).ifBusy());
        LockedMethod two = configured("two", values, Set.of());
        assertEquals(Duration.ofSeconds(3), two.minHold());
        assertEquals(
                List.of(Duration.ofSeconds(20), Duration.ofSeconds(30)),
                two.requests(new Object[0]).stream().map(LockRequest::ttl).toList());
        assertThrows(
                DeploymentException.class,
                () -> configured("order", Map.of("holdfast.lock.order.ttl", "soon"), Set.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "order, min-hold, 20s, minHold must be below the ttl",
        "skipping, wait-at-most, unlimited, with an UNLIMITED wait it is never busy"
    })
    void shouldRefuseWhatDoesNotGoWithTheAnnotation(String name, String setting, String value, String problem) {
        Map<String, String> values = Map.of("holdfast.lock." + name + "." + setting, value);
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> configured(name, values));

        assertTrue(refused.getMessage().startsWith("HOLDFAST-0052"), refused.getMessage());
        assertTrue(refused.getMessage().contains(problem), refused.getMessage());
    }
}
