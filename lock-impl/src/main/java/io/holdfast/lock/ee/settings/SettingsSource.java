// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A source of settings.
 *
 * @param values finds the value of a name; empty if there is none
 * @param names the names that have values, as far as the source lists them
 * @param environment the names of the environment variables
 */
public record SettingsSource(Function<String, Optional<String>> values, Set<String> names, Set<String> environment) {

    /**
     * Finds MicroProfile Config where the server has it, else system properties and, after them, environment variables.
     */
    public static SettingsSource find() {
        Set<String> environment = System.getenv().keySet();
        return MicroProfileConfigSource.find(environment)
                .orElseGet(() -> new SettingsSource(
                        SettingsSource::ofSystem, System.getProperties().stringPropertyNames(), environment));
    }

    private static Optional<String> ofSystem(String name) {
        return Optional.ofNullable(System.getProperty(name))
                .or(() -> Optional.ofNullable(System.getenv(name)))
                .or(() -> Optional.ofNullable(System.getenv(variable(name))));
    }

    /** Returns the value of a setting. A blank value counts as none. */
    Optional<String> value(String name) {
        return values.apply(name).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Whether an environment variable stands for the setting. MicroProfile Config may list both. */
    boolean isFromEnvironment(String name) {
        return environment.contains(variable(name));
    }

    /**
     * Returns the name of the environment variable that stands for a setting.
     *
     * @see <a
     *     href="https://download.eclipse.org/microprofile/microprofile-config-3.1/microprofile-config-spec-3.1.html">
     *     MicroProfile Config 3.1</a>, "Environment Variables Mapping Rules"
     */
    static String variable(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
