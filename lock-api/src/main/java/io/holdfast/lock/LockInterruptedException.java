// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the thread was interrupted while a {@link Locked} method waited for its lock. The method has not run, and
 * the interrupt flag of the thread is set again. A {@link Locker}, and a method that declares
 * {@link InterruptedException}, throw that exception instead.
 *
 * @since 0.1.0
 */
public final class LockInterruptedException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened to which lock, and what to do
     * @param cause the cause, or null if there is none
     */
    public LockInterruptedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
