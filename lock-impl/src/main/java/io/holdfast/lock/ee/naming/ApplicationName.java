// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.naming;

import java.util.Optional;

/** The name under which the container knows the application. */
public final class ApplicationName {

    /** What stands for a name that no thread could look up. */
    public static final String UNKNOWN = "unknown";

    private ApplicationName() {}

    /**
     * Looks the name up.
     *
     * @return the name; empty if the calling thread cannot look it up
     */
    public static Optional<String> find() {
        return Jndi.find(String.class, "java:app/AppName");
    }
}
