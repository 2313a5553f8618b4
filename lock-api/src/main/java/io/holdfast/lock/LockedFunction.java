// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * What to do while holding a lock, with the handle of that lock.
 *
 * @param <R> the result
 * @param <X> what it may throw
 * @see LockedBody
 */
@FunctionalInterface
public interface LockedFunction<R extends @Nullable Object, X extends Exception> {

    /**
     * Does the work.
     *
     * @param handle the held lock, which is not to be released here
     * @return the result; may be null
     * @throws X if the work fails
     */
    R apply(LockHandle handle) throws X;
}
