// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the settings of one domain say of its locks, by their names. Not every source lists the names of its settings, so a name
 * that the application is known to use is asked for, too. Two are equal if they say the same.
 */
public final class NamedLockSettings {

    private final SettingsSource source;
    private final String prefix;
    private final Map<String, LockSettings> byName;

    /**
     * Those that the source lists.
     *
     * @param prefix of the domain
     */
    NamedLockSettings(SettingsSource source, String prefix) {
        this.source = source;
        this.prefix = prefix;
        this.byName = new ConcurrentHashMap<>(LockSettings.read(source, prefix));
    }

    /**
     * Asks for the settings of this name, unless the source lists them.
     *
     * @param name the name of a lock
     */
    public void ask(String name) {
        if (!byName.containsKey(name)) {
            LockSettings settings = LockSettings.read(source, prefix, name);
            if (!settings.equals(LockSettings.NONE)) {
                byName.put(name, settings);
            }
        }
    }

    LockSettings of(String name) {
        LockSettings settings = byName.get(name);
        return settings == null ? byName.getOrDefault(SettingsSource.variable(name), LockSettings.NONE) : settings;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedLockSettings named && byName.equals(named.byName);
    }

    @Override
    public int hashCode() {
        return byName.hashCode();
    }

    @Override
    public String toString() {
        return byName.toString();
    }
}
