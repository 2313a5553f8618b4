// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings of an application: those of all its domains together, and those of each.
 *
 * @param tracesKeys whether spans show the keys of locks
 * @param operationsRole the role that may list the locks; empty if nobody may
 * @param terminateRole the role that may end a session that holds a lock; empty if nobody may
 * @param healthTimeout how long the databases have to answer the health check; empty if the check is switched off
 * @param domains the settings of each domain by its name
 */
public record ApplicationSettings(
        boolean tracesKeys,
        Optional<String> operationsRole,
        Optional<String> terminateRole,
        Optional<Duration> healthTimeout,
        Map<String, Settings> domains) {

    /** The name of the setting {@link #operationsRole}. */
    public static final String OPERATIONS_ROLE = DomainNames.PREFIX + "operations-role";

    /** The name of the setting {@link #terminateRole}. */
    public static final String TERMINATE_ROLE = DomainNames.PREFIX + "terminate-role";

    /** Below the one second that Kubernetes waits for a probe by default. */
    private static final Duration DEFAULT_HEALTH_TIMEOUT = Duration.ofMillis(750);

    /**
     * Reads all settings, and logs a warning about each name that is not the name of a setting.
     *
     * @param named the domains that the application names; others are found by their data sources
     * @param provided the domains whose data source is a bean
     * @throws DeploymentException if a value cannot be used, or if a domain has no data source
     */
    public static ApplicationSettings read(SettingsSource source, Set<String> named, Set<String> provided) {
        Set<String> names = DomainNames.find(source, named);
        UnknownSettings.find(source, names).forEach(Messages::unknownSetting);
        Map<String, Settings> domains = readDomains(source, names);
        for (String domain : names) {
            if (requireNonNull(domains.get(domain)).dataSource().isEmpty() && !provided.contains(domain)) {
                throw DomainNames.withoutDataSource(domain, names);
            }
        }
        return read(source, domains);
    }

    private static Map<String, Settings> readDomains(SettingsSource source, Set<String> names) {
        Map<String, Settings> domains = new TreeMap<>();
        Settings defaults = Settings.read(source);
        domains.put(DomainNames.DEFAULT, defaults);
        names.forEach(domain -> domains.put(domain, Settings.read(source, domain, defaults)));
        return domains;
    }

    private static ApplicationSettings read(SettingsSource source, Map<String, Settings> domains) {
        return new ApplicationSettings(
                SettingsReader.of(source, DomainNames.PREFIX).flag("trace-keys").orElse(true),
                source.value(OPERATIONS_ROLE),
                source.value(TERMINATE_ROLE),
                healthTimeout(source),
                domains);
    }

    /**
     * Reads how long the databases have to answer the health check.
     *
     * @return the limit; empty if the check is switched off
     * @throws DeploymentException if a value cannot be used
     */
    public static Optional<Duration> healthTimeout(SettingsSource source) {
        SettingsReader values = SettingsReader.of(source, DomainNames.PREFIX);
        boolean isOn = values.flag("health").orElse(true);
        Duration timeout =
                values.duration("health-timeout", DurationRange.TIMEOUT).orElse(DEFAULT_HEALTH_TIMEOUT);
        return isOn ? Optional.of(timeout) : Optional.empty();
    }

    /** Returns the full name of every setting, except those of the locks of single names. */
    static Set<String> names(Set<String> domains) {
        Set<String> names = new TreeSet<>();
        SettingsSource recorder = new SettingsSource(
                name -> {
                    names.add(name);
                    return Optional.empty();
                },
                Set.of(),
                Set.of());
        read(recorder, readDomains(recorder, domains));
        return names;
    }
}
