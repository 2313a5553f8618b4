// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the lock is not held through this handle: it was released before, its ttl has passed, or it was lost.
 *
 * @since 0.1.0
 */
public final class LockNotHeldException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockNotHeldException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
