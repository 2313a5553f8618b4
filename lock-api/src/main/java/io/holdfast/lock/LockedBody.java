// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The work that is done while a lock is held.
 *
 * @param <R> the result
 * @param <X> what the work may throw
 * @since 0.1.0
 */
@FunctionalInterface
public interface LockedBody<R extends @Nullable Object, X extends Exception> {

    /**
     * Does the work.
     *
     * @return the result; may be null
     * @throws X if the work fails
     */
    R run() throws X;
}
