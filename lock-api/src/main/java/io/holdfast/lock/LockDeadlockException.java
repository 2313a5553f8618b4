// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL found that this wait and others wait for each other, and ended this one. Nothing of it is left behind; locks
 * that the caller holds already are still held, and should be released before trying again.
 *
 * <p>Every wait of this library stands on a session that holds nothing, so PostgreSQL sees a deadlock only where a lock is
 * also taken by other means. See {@link Locker} for what is not found.
 */
public final class LockDeadlockException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockDeadlockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
