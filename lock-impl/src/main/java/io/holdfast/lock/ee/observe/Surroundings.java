// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import java.util.Optional;

/** What listeners ask the application and its server for. */
public interface Surroundings {

    /**
     * What the server provides for injection.
     *
     * @return the instance; empty if the server provides none
     */
    <T> Optional<T> provided(Class<T> type);

    /** The name of the application, as it was known when the application started. */
    String application();

    /** Whether spans show the keys of locks. */
    boolean tracesKeys();
}
