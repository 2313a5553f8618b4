// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if PostgreSQL detected that this wait and others wait for each other, and ended this wait. Nothing of the wait
 * is left behind. Locks that the caller already holds are still held; release them before you try again.
 *
 * <p>A session of this library that waits holds nothing, so PostgreSQL detects a deadlock only where a lock is also
 * taken by other means. {@link Locker} documents which deadlocks are not detected.
 *
 * @since 0.1.0
 */
public final class LockDeadlockException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockDeadlockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
