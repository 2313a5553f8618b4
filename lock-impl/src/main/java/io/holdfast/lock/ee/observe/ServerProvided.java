// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import java.util.Optional;

/** Finds what the server provides for injection. */
public final class ServerProvided {

    private ServerProvided() {}

    /**
     * Finds an instance of a type.
     *
     * @param beans the beans of the application and its server
     * @return the instance; empty where the application contains the API but the server does not implement it, and
     *     where the server refuses: Payara's producer fails while its metrics are switched off
     */
    public static <T> Optional<T> find(Class<T> type, Instance<Object> beans) {
        Instance<T> instances = beans.select(type, Default.Literal.INSTANCE);
        if (!instances.isResolvable()) {
            return Optional.empty();
        }
        try {
            return Optional.of(instances.get());
        } catch (RuntimeException e) {
            Messages.notProvided(type, e);
            return Optional.empty();
        }
    }
}
