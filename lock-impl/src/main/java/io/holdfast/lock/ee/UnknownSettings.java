// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import static java.util.stream.Collectors.toSet;

import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Names that look like settings and are none, most likely by a slip of the pen. */
final class UnknownSettings {

    /** What the recipes of docs/servers make the data source of. */
    private static final String RECIPES = Settings.PREFIX + "jdbc.";

    private UnknownSettings() {}

    /**
     * Of this source, each with the known one that is most like it.
     *
     * @param known the name of every setting
     */
    static Map<String, String> find(SettingsSource source, Set<String> known) {
        Set<String> variables = known.stream().map(SettingsSource::variable).collect(toSet());
        Map<String, String> unknown = new TreeMap<>();
        for (String name : source.names()) {
            // What Config derives from an environment variable is looked at as that variable.
            if (name.startsWith(Settings.PREFIX)
                    && !name.startsWith(RECIPES)
                    && !known.contains(name)
                    && !LockSettings.isKnown(name)
                    && !source.environment().contains(SettingsSource.variable(name))) {
                unknown.put(name, nearest(name, known));
            }
        }
        for (String variable : source.environment()) {
            if (variable.startsWith(SettingsSource.variable(Settings.PREFIX))
                    && !variable.startsWith(SettingsSource.variable(RECIPES))
                    && !variables.contains(variable)
                    && !LockSettings.isKnown(variable)) {
                unknown.put(variable, SettingsSource.variable(nearest(variable, known)));
            }
        }
        return unknown;
    }

    private static String nearest(String name, Set<String> known) {
        String variable = SettingsSource.variable(name);
        return Stream.concat(known.stream(), LockSettings.like(name).stream())
                .min(Comparator.comparingInt(candidate -> distance(variable, SettingsSource.variable(candidate))))
                .orElseThrow();
    }

    /** How many characters to insert, delete or replace to make one of the other: Levenshtein's distance. */
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
