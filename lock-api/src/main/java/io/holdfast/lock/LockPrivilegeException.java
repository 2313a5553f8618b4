// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The role of the data source lacks a right: to end the session of a holder, or to look at locks in the catalog, without which no
 * loss would be noticed.
 */
public final class LockPrivilegeException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what may not be done, and what to do
     * @param cause why, or null
     */
    public LockPrivilegeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
