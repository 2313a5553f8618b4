// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of the settings of single locks in one domain: {@code <prefix>lock.<name>.<setting>}. The name of a lock
 * may contain dots. Environment variables are spelled as {@link SettingsSource#variable} does, so the names of locks in
 * them are, too.
 */
final class LockSettingNames {

    /** Follows the prefix of the domain. */
    static final String SEGMENT = "lock.";

    private final String start;
    private final Pattern property;
    private final Pattern variable;

    LockSettingNames(String prefix) {
        start = prefix + SEGMENT;
        property = pattern(UnaryOperator.identity());
        variable = pattern(SettingsSource::variable);
    }

    /** The last segment is the setting. */
    private Pattern pattern(UnaryOperator<String> spelling) {
        String settings = LockSettings.NAMES.stream().map(spelling).collect(Collectors.joining("|"));
        return Pattern.compile(Pattern.quote(spelling.apply(start)) + "(.+)[._](" + settings + ")", Pattern.DOTALL);
    }

    /** Reads the settings of all locks whose names the source lists. */
    Map<String, LockSettings> readAll(SettingsSource source) {
        Map<String, LockSettings> byName = new TreeMap<>();
        for (String listed : source.environment()) {
            Matcher matcher = variable.matcher(listed);
            if (matcher.matches()) {
                byName.computeIfAbsent(
                        matcher.group(1),
                        lock -> LockSettings.read(new SettingsReader(
                                source, setting -> SettingsSource.variable(start + lock + "." + setting))));
            }
        }
        for (String listed : source.names()) {
            Matcher matcher = property.matcher(listed);
            if (matcher.matches()) {
                byName.put(matcher.group(1), read(source, matcher.group(1)));
            }
        }
        return byName;
    }

    /** Reads the settings of the locks of one name, even if the source does not list them. */
    LockSettings read(SettingsSource source, String lock) {
        return LockSettings.read(SettingsReader.of(source, start + lock + "."));
    }

    /** Whether a setting, or an environment variable, of this name is a setting of a lock. */
    boolean contain(String name) {
        return property.matcher(name).matches() || variable.matcher(name).matches();
    }

    /** The settings of the lock that a misspelt name seems to be about. */
    Set<String> similarTo(String misspelt) {
        int end = misspelt.lastIndexOf('.');
        boolean namesLock = misspelt.startsWith(start) && end > start.length();
        String lock = namesLock ? misspelt.substring(0, end + 1) : start + "<name>.";
        return LockSettings.NAMES.stream().map(lock::concat).collect(Collectors.toSet());
    }
}
