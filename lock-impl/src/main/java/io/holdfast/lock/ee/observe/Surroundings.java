// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import java.util.Optional;

/** What listeners ask the application and its server for. */
public interface Surroundings {

    /**
     * What the server provides for injection.
     *
     * @param <T> its type
     * @param type its type
     * @return the instance; empty if the server provides none
     */
    <T> Optional<T> provided(Class<T> type);

    /**
     * The name of the application, as it was known when the application started.
     *
     * @return the name
     */
    String application();

    /**
     * Whether spans show the keys of locks.
     *
     * @return whether they do
     */
    boolean tracesKeys();
}
