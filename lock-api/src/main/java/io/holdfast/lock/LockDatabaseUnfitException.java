// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The database answers, but cannot hold the lock: it is not PostgreSQL, is a standby, or is too old for what was asked.
 * Trying again does not help; the message names what to change. Nothing was acquired.
 */
public final class LockDatabaseUnfitException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockDatabaseUnfitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
