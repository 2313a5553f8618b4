// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** Somebody else held the lock for as long as the caller was ready to wait. Nothing is left behind. */
public final class LockNotAcquiredException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockNotAcquiredException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
