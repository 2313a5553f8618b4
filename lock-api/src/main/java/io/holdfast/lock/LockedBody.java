// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * What to do while holding a lock.
 *
 * @param <R> the result
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface LockedBody<R, X extends Exception> {

    /**
     * Does the work.
     *
     * @return the result; may be null
     * @throws X if the work fails
     */
    R run() throws X;

    /**
     * Runs the body and releases the handle on every way out. If both fail, the body's exception is thrown and the
     * release's is suppressed in it.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param handle the held lock
     * @param body what to do
     * @return the body's result
     * @throws X if the body does
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost meanwhile
     */
    static <R, X extends Exception> R runAndRelease(LockHandle handle, LockedBody<R, X> body) throws X {
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
