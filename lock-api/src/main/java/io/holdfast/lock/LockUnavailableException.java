// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.annotation.Nullable;

/** The database where the locks live cannot be reached, did not answer in time, or cannot hold locks: not PostgreSQL, or a
 * standby. Nothing was acquired. */
public class LockUnavailableException extends LockException {

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
