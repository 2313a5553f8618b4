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

    /** The name of the domain that applications need not name. */
    public static final String DEFAULT = "";

    /** All settings begin with this prefix. */
    static final String PREFIX = "holdfast.";

    /** The recipes of docs/servers make the data source of settings such as {@code holdfast.jdbc.url}. */
    static final String RECIPES = "jdbc";

    /** A domain of such a name would read the settings of a different domain, or share its environment variables. */
    private static final Set<String> RESERVED = new TreeSet<>(Set.of(RECIPES, "lock", "transaction"));

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*");
    private static final Pattern DATA_SOURCE =
            Pattern.compile(Pattern.quote(PREFIX) + "([^.]+)\\." + Settings.DATA_SOURCE);

    private DomainNames() {}

    /** Returns what the names of all settings of the domain begin with. */
    static String prefix(String domain) {
        return domain.equals(DEFAULT) ? PREFIX : PREFIX + domain + ".";
    }

    /**
     * Finds the domains that the application names, and those that have a data source in the settings. An environment
     * variable alone does not create a domain, because its name does not distinguish a hyphen from a dot.
     *
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

    private static void check(String domain) {
        if (!NAME.matcher(domain).matches() || Stream.of(domain.split("-")).anyMatch(RESERVED::contains)) {
            throw Messages.badDomain(domain, RESERVED);
        }
    }

    /** Refuses a domain that has no data source. */
    public static DeploymentException withoutDataSource(String domain, Set<String> domains) {
        return Messages.domainWithoutDataSource(domain, dataSourceSetting(domain), domains);
    }

    /** Returns the name of the setting of the domain's data source. */
    public static String dataSourceSetting(String domain) {
        return prefix(domain) + Settings.DATA_SOURCE;
    }

    /** Returns the name of the setting of the data source of the domain's transactions. */
    public static String transactionDataSourceSetting(String domain) {
        return prefix(domain) + Settings.TRANSACTION_DATA_SOURCE;
    }
}
