// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import java.util.Optional;

/** What the server gives for injection, if it does. */
public final class ServerProvided {

    private ServerProvided() {}

    /**
     * Empty where the application brings the API and the server does not implement it, and where it refuses: Payara's producer
     * fails while its metrics are switched off.
     *
     * @param <T> the type
     * @param type the type
     * @param beans the beans of the application and its server
     * @return the instance
     */
    public static <T> Optional<T> find(Class<T> type, Instance<Object> beans) {
        Instance<T> instances = beans.select(type, Default.Literal.INSTANCE);
        if (!instances.isResolvable()) {
            return Optional.empty();
        }
        try {
            return Optional.of(instances.get());
        } catch (RuntimeException e) {
            Messages.refused(type, e);
            return Optional.empty();
        }
    }
}
