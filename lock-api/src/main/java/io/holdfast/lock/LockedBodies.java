// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * Runs the body of {@link Locker#withLock} or {@link Locker#tryWithLock}, and releases the lock however the body ends.
 */
final class LockedBodies {

    private LockedBodies() {}

    static <R extends @Nullable Object, X extends Exception> R runAndRelease(
            LockHandle handle, LockedFunction<R, X> body) throws X {
        return runAndRelease(handle, () -> body.apply(handle));
    }

    /** If both fail, throws the exception of the body, in which the exception of the release is suppressed. */
    static <R extends @Nullable Object, X extends Exception> R runAndRelease(LockHandle handle, LockedBody<R, X> body)
            throws X {
        R result;
        try {
            result = body.run();
        } catch (Throwable failure) {
            try {
                handle.release();
            } catch (RuntimeException releaseFailure) {
                failure.addSuppressed(releaseFailure);
            }
            throw failure;
        }
        handle.release();
        return result;
    }
}
