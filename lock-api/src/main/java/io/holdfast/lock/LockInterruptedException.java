// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The thread was interrupted while a {@link Locked} method waited for its lock. The method has not run, and the thread's
 * interrupt flag is set again. Programmatic calls, and methods that declare it, throw {@link InterruptedException} instead.
 */
public final class LockInterruptedException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockInterruptedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
