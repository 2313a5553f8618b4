// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Settings whose names are not listed, as a vault's may not be. */
public class HiddenSource implements ConfigSource {

    private static final Map<String, String> VALUES = Map.of(
            "holdfast.lock.configured.if-busy", "skip",
            "holdfast.hidden.datasource", "jdbc/work",
            "holdfast.hidden.namespace", "7");

    @Override
    public Set<String> getPropertyNames() {
        return Set.of();
    }

    @Override
    public String getValue(String name) {
        return VALUES.get(name);
    }

    @Override
    public String getName() {
        return "hidden";
    }
}
