// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The database where the locks live cannot be reached or did not answer in time. Nothing was acquired. Cases with a remedy of
 * their own are exceptions of their own: {@link LockConnectionTimeoutException}, {@link LockLimitException} and
 * {@link LockDatabaseUnfitException}.
 */
public final class LockUnavailableException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
