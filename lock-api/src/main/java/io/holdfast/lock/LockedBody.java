// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * What to do while holding a lock.
 *
 * @param <R> the result
 * @param <X> what it may throw
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
