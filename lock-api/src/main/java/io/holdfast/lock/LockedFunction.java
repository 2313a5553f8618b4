// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The work that is done while a lock is held, with the handle of that lock.
 *
 * @param <R> the result
 * @param <X> what the work may throw
 * @see LockedBody
 * @since 0.1.0
 */
@FunctionalInterface
public interface LockedFunction<R extends @Nullable Object, X extends Exception> {

    /**
     * Does the work.
     *
     * @param handle the held lock; must not be released here
     * @return the result; may be null
     * @throws X if the work fails
     */
    R apply(LockHandle handle) throws X;
}
