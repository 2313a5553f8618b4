// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockState;
import io.holdfast.lock.spi.LockAttempt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The holder of the lock of a {@link Tenure}, as the locker sees it. */
interface Holder {

    LockAttempt attempt();

    LockState state();

    /** Whether this thread has acquired the lock itself, without a future. */
    boolean isAcquiredBy(@Nullable Thread thread);

    /** Marks the lock as lost. The caller has to call {@link #finishLosing} if this returns true, and only then. */
    boolean beginLosing();

    /**
     * Ends a lock that was marked as lost, and has the loss reported, without waiting for those that are notified.
     *
     * @param cause why the lock was lost; null if there is no exception for it
     */
    void finishLosing(@Nullable Throwable cause);

    /**
     * Begins to release the lock, unless that has begun already. The future completes in bounded time, when the lock is
     * free or its session has ended.
     */
    CompletableFuture<Void> startEnding();

    /** Retires the session of the lock without waiting for it, unless the session was returned. */
    void retireSession();

    /** Releases the lock if an error has left it without an owner. */
    void endIfOrphaned();

    /** Whether {@link #reportSuspicion} would report or note a change. */
    boolean isSuspicionNews();

    /** Notifies listeners once each time the lock becomes suspect. */
    void reportSuspicion();
}
