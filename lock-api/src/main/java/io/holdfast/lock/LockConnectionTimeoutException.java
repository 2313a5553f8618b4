// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The pool, or the server within its own limits, had no connection within the smaller of the wait and the configured connection
 * timeout; or the database does not answer a connect, which cannot always be distinguished from an exhausted pool. Nothing is known
 * of the lock itself: this is not contention. Each held lock keeps one connection, and so does each key that is waited for.
 */
public final class LockConnectionTimeoutException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockConnectionTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
