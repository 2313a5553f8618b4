// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if another caller held the lock for the whole wait. Nothing is left behind.
 *
 * @since 0.1.0
 */
public final class LockNotAcquiredException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockNotAcquiredException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
