// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockState;
import io.holdfast.lock.spi.LockAttempt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Whoever holds the lock of a {@link Tenure}, as far as the locker has to do with it. */
public interface Holder {

    LockAttempt attempt();

    LockState state();

    /** Whether this thread acquired the lock and waited for it itself. */
    boolean isAcquiredBy(@Nullable Thread thread);

    /** Marks the lock as lost. Only a caller that gets true has to call {@link #finishLosing}. */
    boolean beginLosing();

    /**
     * Ends what was marked as lost, and has it reported without waiting for those who are notified.
     *
     * @param cause why; null if there is no exception for it
     */
    void finishLosing(@Nullable Throwable cause);

    /**
     * Begins to release the lock unless that has begun. The future completes when the lock is free or its session has ended,
     * which happens in bounded time.
     */
    CompletableFuture<Void> startEnding();

    /** Retires the session of the lock without waiting for it, unless the session was returned. */
    void retireSession();

    /** Releases a lock that an error left without an owner. */
    void endIfForsaken();

    /** Whether {@link #reportSuspicion} has something to do. */
    boolean isSuspicionNews();

    /** Notifies listeners once for each time that the lock becomes suspect. */
    void reportSuspicion();
}
