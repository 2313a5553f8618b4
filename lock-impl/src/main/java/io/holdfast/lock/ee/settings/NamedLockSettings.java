// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The settings of the locks of one domain by the names of the locks. Not every source lists the names of its settings,
 * so those of a name that the application uses can be looked up, too. Two instances are equal if they contain the same
 * settings.
 */
public final class NamedLockSettings {

    private final SettingsSource source;
    private final LockSettingNames names;
    private final Map<String, LockSettings> byName;

    /** Reads the settings that the source lists. */
    NamedLockSettings(SettingsSource source, String prefix) {
        this.source = source;
        this.names = new LockSettingNames(prefix);
        this.byName = new ConcurrentHashMap<>(names.readAll(source));
    }

    /** Looks up the settings of this name, unless the source lists them. */
    public void lookUp(String name) {
        if (!byName.containsKey(name)) {
            LockSettings settings = names.read(source, name);
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
