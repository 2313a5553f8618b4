// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import jakarta.enterprise.inject.spi.DeploymentException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static DeploymentException badDomain(String domain, Set<String> reserved) {
        return Refusal.of(
                ("HOLDFAST-0050: '%s' cannot be a lock domain. Use lower-case words of letters and digits with"
                                + " hyphens between them, none of them %s")
                        .formatted(domain, oneOf(reserved)));
    }

    static DeploymentException domainWithoutDataSource(String domain, String setting, Set<String> domains) {
        return Refusal.of(
                ("HOLDFAST-0051: lock domain '%s' has no data source. Set %s to the JNDI name of one, or correct"
                                + " the name of the domain. The application and its settings name these domains: %s")
                        .formatted(domain, setting, domains));
    }

    static void unreadFile(URL file) {
        LOG.log(Level.WARNING, "HOLDFAST-0075: " + notRead(file));
    }

    private static String notRead(URL file) {
        return ("the settings in %s are not read, because this server has no MicroProfile Config. Enable it, on"
                        + " Open Liberty with the feature mpConfig-3.1, or set them as environment variables or"
                        + " system properties")
                .formatted(file);
    }

    /** Follows a sentence about a missing setting. */
    static String whereSettingsAreRead(List<URL> unreadFiles) {
        return ". In an EAR, settings are read from an EJB jar or a jar in lib, not from a WAR"
                + unreadFiles.stream()
                        .map(file -> ". Note that " + notRead(file))
                        .collect(Collectors.joining());
    }

    static DeploymentException badSetting(String name, String value, String expected) {
        return Refusal.of("HOLDFAST-0105: %s must be %s: '%s'".formatted(name, expected, value));
    }

    // The values that a setting may have, as HOLDFAST-0105 describes them.

    static final String WAIT = "a duration of zero or more or unlimited";
    static final String HOLD = "a duration of zero or more";
    static final String TTL = "a duration of at least 1 ms or unlimited";
    static final String TIMEOUT = "a duration above zero and of at most a day";
    static final String HEARTBEAT = "a duration of 1 s to a day, or 0s for off";
    static final String HAND_OVER = "a duration of at most 1 s, or 0s for off";
    static final String KEEP_SESSION = "a duration of at most a minute, or 0s for off";
    static final String ENFORCED_TTL = "at most 24 days for an enforced lease";

    static String duration(String range) {
        return range + ", such as 5s, 500ms or PT5S";
    }

    static String wholeNumber(int least) {
        return "a whole number from %s to %s".formatted(least, Integer.MAX_VALUE);
    }

    static String oneOf(Collection<String> choices) {
        return String.join(" or ", choices);
    }

    static void unknownSetting(String name, String nearest) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0130: %s is not a setting, so its value has no effect. Did you mean %s?"
                        .formatted(name, nearest));
    }
}
