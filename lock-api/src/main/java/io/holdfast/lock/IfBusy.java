// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * What a {@link Locked} method does if another caller holds its lock for the whole wait.
 *
 * @since 0.1.0
 */
public enum IfBusy {
    /** The method throws {@link LockNotAcquiredException}. */
    FAIL,

    /**
     * The method does not run, and its caller gets an empty result. This is meant for a timer that fires on every
     * server, but whose work is to be done by only one of them. The method does not wait for the lock unless
     * {@link Locked#waitAtMost()} or {@code holdfast.lock.<name>.wait-at-most} is set. The result is 0 or false if it
     * is primitive; an empty {@code Optional}, {@code OptionalInt}, {@code OptionalLong} or {@code OptionalDouble}; a
     * {@code Future}, {@code CompletionStage} or {@code CompletableFuture} that has completed with null; and null
     * otherwise. Only contention is skipped: a database that cannot be asked still results in an exception.
     */
    SKIP
}
