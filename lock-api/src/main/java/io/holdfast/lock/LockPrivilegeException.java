// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the role of the data source lacks a privilege: to terminate the session of a holder, or to read the locks
 * in the catalog, without which a loss would not be detected.
 *
 * @since 0.1.0
 */
public final class LockPrivilegeException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is not permitted, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockPrivilegeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
