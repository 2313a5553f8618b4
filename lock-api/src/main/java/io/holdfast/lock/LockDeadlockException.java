// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.annotation.Nullable;

/** The server found that this wait could never end, because the holder of the key waits, through others or directly, for a
 * lock that this caller holds (SQLState 40P01). Nothing was acquired; release what is held and try again, or always acquire
 * keys in one order. */
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
