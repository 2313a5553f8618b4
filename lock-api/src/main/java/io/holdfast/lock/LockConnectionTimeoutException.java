// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the pool, or the server within its own limits, had no connection within the smaller of the wait and the
 * configured connection timeout. Also thrown if the database does not answer a connection attempt, which cannot always
 * be distinguished from an exhausted pool. Nothing is known about the lock itself: this is not contention. Each held
 * lock occupies one connection, and so does each key that is waited for.
 *
 * @since 0.1.0
 */
public final class LockConnectionTimeoutException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockConnectionTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
