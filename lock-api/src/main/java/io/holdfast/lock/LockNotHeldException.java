// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** The lock is not held through this handle: it was released already, its ttl has passed, or it was lost. */
public final class LockNotHeldException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockNotHeldException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
