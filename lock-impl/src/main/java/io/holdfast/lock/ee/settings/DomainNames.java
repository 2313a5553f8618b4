// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import jakarta.enterprise.inject.spi.DeploymentException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of lock domains, which stand between {@code holdfast.} and the name of a setting. */
public final class DomainNames {

    /** The name of the domain that needs none. */
    public static final String DEFAULT = "";

    /** What the recipes of docs/servers make the data source of: {@code holdfast.jdbc.url} and the like. */
    static final String RECIPES = "jdbc";

    /** They would make the settings of one domain, or their environment variables, those of another. */
    static final Set<String> RESERVED = new TreeSet<>(Set.of(RECIPES, "lock", "transaction"));

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*");
    private static final Pattern DATA_SOURCE =
            Pattern.compile(Pattern.quote(Settings.PREFIX) + "([^.]+)\\." + Settings.DATA_SOURCE);

    private DomainNames() {}

    /**
     * Refuses a domain for which no data source is found.
     *
     * @param domain the name of the domain
     * @param domains the names of all domains
     * @return the exception to throw
     */
    public static DeploymentException withoutDataSource(String domain, Set<String> domains) {
        return Messages.domainWithoutDataSource(domain, domains);
    }

    /** Throws if it cannot be one. */
    static void check(String domain) {
        if (!NAME.matcher(domain).matches() || Stream.of(domain.split("-")).anyMatch(RESERVED::contains)) {
            throw Messages.badDomain(domain);
        }
    }

    /**
     * Those that are named, and those that have a data source in this source; not the default one. An environment variable alone
     * makes none, since it does not tell a hyphen from a dot.
     *
     * @param source where the settings come from
     * @param named the domains that the application names
     * @return the names
     * @throws DeploymentException if one of them cannot be the name of a domain
     */
    public static Set<String> find(SettingsSource source, Set<String> named) {
        Set<String> domains = new TreeSet<>(named);
        for (String property : source.names()) {
            Matcher matcher = DATA_SOURCE.matcher(property);
            if (matcher.matches() && !source.isFromEnvironment(property)) {
                domains.add(matcher.group(1));
            }
        }
        domains.forEach(DomainNames::check);
        return domains;
    }
}
