// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.postgres.LockerConfig;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    private static Settings read(Map<String, String> values) {
        return Settings.read(name -> Optional.ofNullable(values.get(name)));
    }

    @Test
    void shouldHaveDefaults() {
        assertEquals(new Settings(Optional.empty(), LockerConfig.DEFAULT), read(Map.of()));
    }

    @Test
    void shouldReadEverySetting() {
        Settings settings = read(Map.of(
                "holdfast.datasource", "java:jboss/datasources/HoldfastDS",
                "holdfast.namespace", "-7",
                "holdfast.wait-at-most", "0s",
                "holdfast.wait-slice", "15s",
                "holdfast.connection-timeout", "500ms",
                "holdfast.close-timeout", "PT1M"));

        assertEquals(Optional.of("java:jboss/datasources/HoldfastDS"), settings.dataSource());
        assertEquals(
                new LockerConfig(
                        -7, Duration.ZERO, Duration.ofSeconds(15), Duration.ofMillis(500), Duration.ofMinutes(1)),
                settings.locker());
    }

    @Test
    void shouldTakeBlankForUnset() {
        assertEquals(
                new Settings(Optional.empty(), LockerConfig.DEFAULT),
                read(Map.of("holdfast.datasource", " ", "holdfast.namespace", "")));
    }

    @ParameterizedTest
    @CsvSource({"250ms, PT0.25S", "5s, PT5S", "5 S, PT5S", "2m, PT2M", "1h, PT1H", "PT1.5S, PT1.5S", "p1d, PT24H"})
    void shouldReadDurations(String text, Duration expected) {
        assertEquals(
                expected, read(Map.of("holdfast.wait-at-most", text)).locker().waitAtMost());
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
        "holdfast.close-timeout, 0ms"
    })
    void shouldRefuseWrongValuesByName(String name, String value) {
        DeploymentException refused = assertThrows(DeploymentException.class, () -> read(Map.of(name, value)));

        assertTrue(refused.getMessage().contains(name), refused.getMessage());
        assertTrue(refused.getMessage().contains("'" + value + "'"), refused.getMessage());
    }

    @Test
    void shouldFallBackToSystemPropertiesWithoutMicroProfileConfig() {
        System.setProperty("holdfast.namespace", "12");
        try {
            assertEquals(12, Settings.read().locker().namespace());
        } finally {
            System.clearProperty("holdfast.namespace");
        }
    }
}
