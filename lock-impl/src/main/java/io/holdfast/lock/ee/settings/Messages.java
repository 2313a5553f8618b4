// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import jakarta.enterprise.inject.spi.DeploymentException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.util.Set;
import java.util.stream.Collectors;

/** What users read of this package. An id is never used again for something else. */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static DeploymentException badDomain(String domain) {
        return Refusal.of("HOLDFAST-0050: '" + domain
                + "' cannot be a lock domain. Use lower-case words of letters and digits with hyphens between them, none of them "
                + String.join(" or ", DomainNames.RESERVED));
    }

    static DeploymentException domainWithoutDataSource(String domain, Set<String> domains) {
        return Refusal.of("HOLDFAST-0051: lock domain '" + domain + "' has no data source. Set "
                + Settings.prefix(domain) + Settings.DATA_SOURCE
                + " to the JNDI name of one, or correct the name of the domain; those that are named by the application or its"
                + " settings are " + domains);
    }

    static void unreadFile(URL file) {
        LOG.log(Level.WARNING, "HOLDFAST-0075: " + notRead(file));
    }

    private static String notRead(URL file) {
        return "the settings in " + file
                + " are not read, because this server has no MicroProfile Config. Enable it, on Open"
                + " Liberty with the feature mpConfig-3.1; or set them as environment variables or system properties";
    }

    /** Follows a sentence about a setting that is missing. */
    static String whereSettingsAreRead() {
        return ". In an EAR, settings are read from an EJB jar or a jar in lib, not from a WAR"
                + UnreadSettings.find().stream()
                        .map(file -> ". Note that " + notRead(file))
                        .collect(Collectors.joining());
    }

    static DeploymentException badSetting(String name, String value, String expected) {
        return Refusal.of("HOLDFAST-0105: " + name + " must be " + expected + ": '" + value + "'");
    }

    static void unknownSetting(String name, String nearest) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0130: " + name + " is not a setting, so its value has no effect. Did you mean " + nearest
                        + "?");
    }
}
