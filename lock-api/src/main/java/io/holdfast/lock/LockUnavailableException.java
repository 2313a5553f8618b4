// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the database that holds the locks cannot be reached, did not answer in time, or reported an error. Nothing
 * was acquired. Problems that need a different reaction have exceptions of their own:
 * {@link LockConnectionTimeoutException}, {@link LockLimitException}, {@link LockDatabaseUnfitException} and
 * {@link LockPrivilegeException}.
 *
 * @since 0.1.0
 */
public final class LockUnavailableException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
