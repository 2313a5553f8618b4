// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the locker itself refused to use another session or to hold another lock, because its configured limit was
 * reached for the smaller of the wait and the connection timeout. Nothing is known about the lock: this is not
 * contention.
 *
 * @since 0.1.0
 */
public final class LockLimitException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockLimitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
