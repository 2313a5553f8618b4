// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The one class that names MicroProfile Config. */
final class MicroProfileConfigSource {

    private MicroProfileConfigSource() {}

    /** Looks settings up in MicroProfile Config; empty where the server has none. */
    static Optional<Function<String, Optional<String>>> find() {
        try {
            return Optional.of(lookup());
        } catch (LinkageError | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static Function<String, Optional<String>> lookup() {
        Config config = ConfigProvider.getConfig();
        return name -> config.getOptionalValue(name, String.class);
    }
}
