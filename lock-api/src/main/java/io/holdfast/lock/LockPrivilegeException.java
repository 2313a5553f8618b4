// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.annotation.Nullable;

/** The role of the data source may not end the session of a holder. */
public final class LockPrivilegeException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message whose session it is, and what to do
     * @param cause why, or null
     */
    public LockPrivilegeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
