// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/** What a {@link Locked} method does if somebody else holds its lock for the whole wait. */
public enum IfBusy {
    /** It throws {@link LockNotAcquiredException}. */
    FAIL,

    /**
     * It is not run and returns at once, as for a timer that runs on every server and whose work one of them does. It does
     * not wait for the lock unless {@link Locked#waitAtMost()} says so. The result is 0 or false where it is primitive; an
     * empty {@code Optional}, {@code OptionalInt}, {@code OptionalLong} or {@code OptionalDouble}; a {@code Future},
     * {@code CompletionStage} or {@code CompletableFuture} completed with null; and null otherwise. Only contention is
     * skipped: a database that cannot be asked is an exception all the same.
     */
    SKIP
}
