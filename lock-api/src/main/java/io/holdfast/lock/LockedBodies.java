// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/** Runs the body of {@link Locker#withLock} and {@link Locker#tryWithLock}, and releases the lock on every way out. */
final class LockedBodies {

    private LockedBodies() {}

    static <R extends @Nullable Object, X extends Exception> R runAndRelease(
            LockHandle handle, LockedFunction<R, X> body) throws X {
        return runAndRelease(handle, () -> body.apply(handle));
    }

    /** If both fail, the exception of the body is thrown, and that of the release is suppressed in it. */
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
