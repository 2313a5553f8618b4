// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds names that look like settings and are none, most likely because they are misspelt. */
final class UnknownSettings {

    /**
     * The end of a variable that Kubernetes sets in every container for each service.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables">Kubernetes,
     *     "Service", "Environment variables"</a>
     */
    private static final String SERVICE_HOST = "_SERVICE_HOST";

    private static final Pattern OF_SERVICE = Pattern.compile(
            "_SERVICE_HOST|_SERVICE_PORT(_[A-Z0-9_]+)?|_PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?");

    private final SettingsSource source;

    private final Set<String> known;

    /** Those of all domains. */
    private final List<LockSettingNames> ofLocks;

    private UnknownSettings(SettingsSource source, Set<String> domains) {
        this.source = source;
        this.known = ApplicationSettings.names(domains);
        this.ofLocks = Stream.concat(Stream.of(DomainNames.DEFAULT), domains.stream())
                .map(domain -> new LockSettingNames(DomainNames.prefix(domain)))
                .toList();
    }

    /** Finds the unknown names in this source, each with the known name that is most like it. */
    static Map<String, String> find(SettingsSource source, Set<String> domains) {
        return new UnknownSettings(source, domains).find();
    }

    private Map<String, String> find() {
        Map<String, String> unknown = new TreeMap<>();
        for (String name : source.names()) {
            // A name that MicroProfile Config derives from an environment variable is checked below, as that variable.
            if (isUnknown(name, Function.identity()) && !source.isFromEnvironment(name)) {
                unknown.put(name, nearest(name));
            }
        }
        for (String variable : source.environment()) {
            if (isUnknown(variable, SettingsSource::variable) && !isOfService(variable)) {
                unknown.put(variable, SettingsSource.variable(nearest(variable)));
            }
        }
        return unknown;
    }

    private boolean isUnknown(String name, Function<String, String> spelling) {
        return name.startsWith(spelling.apply(DomainNames.PREFIX))
                && !name.startsWith(spelling.apply(DomainNames.PREFIX + DomainNames.RECIPES + "."))
                && known.stream().map(spelling).noneMatch(name::equals)
                && ofLocks.stream().noneMatch(names -> names.contain(name));
    }

    private boolean isOfService(String variable) {
        return source.environment().stream()
                .filter(host -> host.endsWith(SERVICE_HOST))
                .map(host -> host.substring(0, host.length() - SERVICE_HOST.length()))
                .filter(variable::startsWith)
                .anyMatch(service ->
                        OF_SERVICE.matcher(variable.substring(service.length())).matches());
    }

    private String nearest(String name) {
        String variable = SettingsSource.variable(name);
        Stream<String> similar = ofLocks.stream().flatMap(names -> names.similarTo(name).stream());
        return Stream.concat(known.stream(), similar)
                .min(Comparator.comparingInt(candidate -> distance(variable, SettingsSource.variable(candidate))))
                .orElseThrow();
    }

    /**
     * Returns Levenshtein's distance: how many characters to insert, delete or replace to make one text of the other.
     */
    static int distance(String left, String right) {
        int[] costs = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            costs[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = costs[0];
            costs[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = costs[j];
                costs[j] = Math.min(replaced, 1 + Math.min(costs[j], costs[j - 1]));
            }
        }
        return costs[right.length()];
    }
}
