// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the database answers, but cannot hold the lock: it is not PostgreSQL, is a standby, is too old for what was
 * requested, or is used through a data source or a pooler that does not keep sessions apart. Trying again does not
 * help; the message names what to change. Nothing was acquired.
 *
 * @since 0.1.0
 */
public final class LockDatabaseUnfitException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockDatabaseUnfitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
