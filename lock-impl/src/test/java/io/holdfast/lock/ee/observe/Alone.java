// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import java.util.Optional;

/** An application on a server that provides nothing. */
record Alone(String application) implements Surroundings {

    @Override
    public <T> Optional<T> provided(Class<T> type) {
        return Optional.empty();
    }

    @Override
    public boolean tracesKeys() {
        return true;
    }
}
