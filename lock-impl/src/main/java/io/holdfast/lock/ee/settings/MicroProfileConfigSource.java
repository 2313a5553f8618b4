// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Reads settings from MicroProfile Config. No other class names its types, which the server may lack. */
final class MicroProfileConfigSource {

    private MicroProfileConfigSource() {}

    /** Finds the settings of MicroProfile Config; empty where the server does not have it. */
    static Optional<SettingsSource> find(Set<String> environment) {
        try {
            return Optional.of(lookup(environment));
        } catch (LinkageError | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static SettingsSource lookup(Set<String> environment) {
        Config config = ConfigProvider.getConfig();
        Set<String> names = new HashSet<>();
        config.getPropertyNames().forEach(names::add);
        return new SettingsSource(name -> config.getOptionalValue(name, String.class), names, environment);
    }
}
