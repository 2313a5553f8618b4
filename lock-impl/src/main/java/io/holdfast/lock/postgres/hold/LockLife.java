// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.hold.HolderEvents.End;
import io.holdfast.lock.postgres.thread.Elapsed;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The life of a held lock, whose stage moves forward only.
 *
 * <pre>
 *   HELD --release, close------------&gt; RELEASING --the lock was held---&gt; RELEASED
 *     |                                    |
 *     |                                    +-----the lock was gone----&gt; LOST
 *     +--found to be gone--------------&gt; LOSING ---------------------&gt; LOST
 *     +--the same after its ttl,
 *        or an enforced ttl has passed-&gt; LAPSED
 * </pre>
 *
 * Only the caller that moves the stage out of HELD ends the lock.
 */
final class LockLife {

    private enum Stage {
        HELD,
        RELEASING,
        RELEASED,
        LOSING,
        LOST,
        LAPSED
    }

    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.HELD);

    /** Whether the ttl had passed when the release began. Written once, by the caller that began the release. */
    private volatile boolean lapsed;

    /** The value of {@link System#nanoTime} when the release began; null before. */
    private volatile @Nullable Long releasingSince;

    /** Why the lock was lost; null if there is no exception for it. */
    private volatile @Nullable Throwable lossCause;

    boolean isHeld() {
        return stage.get() == Stage.HELD;
    }

    /** Returns the stage as users see it: RELEASING is RELEASED, and LOSING is LOST. */
    LockState state() {
        return switch (requireNonNull(stage.get())) {
            case HELD -> LockState.HELD;
            case RELEASING, RELEASED -> LockState.RELEASED;
            case LOSING, LOST -> LockState.LOST;
            case LAPSED -> LockState.LAPSED;
        };
    }

    /**
     * Moves from HELD to RELEASING. The caller has to end the lock if this returns true, and only then.
     *
     * @param late whether the ttl has passed
     */
    boolean beginReleasing(boolean late) {
        if (!stage.compareAndSet(Stage.HELD, Stage.RELEASING)) {
            return false;
        }
        releasingSince = System.nanoTime();
        lapsed = late;
        return true;
    }

    /** Whether the release began longer ago than this, and has not ended. */
    boolean isReleasingFor(Duration time) {
        Long since = releasingSince;
        return stage.get() == Stage.RELEASING
                && since != null
                && Elapsed.since(since).compareTo(time) > 0;
    }

    /**
     * Moves from HELD to LOSING, or to LAPSED if the ttl has passed. The caller has to end the lock if this returns
     * true, and only then.
     *
     * @param late whether the ttl has passed
     */
    boolean beginLosing(boolean late) {
        return stage.compareAndSet(Stage.HELD, late ? Stage.LAPSED : Stage.LOSING);
    }

    /** Decides that the lock was released, unless it is decided already. */
    void released() {
        settle(Stage.RELEASED);
    }

    /**
     * Decides that the lock was lost, unless it is decided already.
     *
     * @param cause why the lock was lost; null if there is no exception for it
     */
    void lost(@Nullable Throwable cause) {
        lossCause = cause;
        settle(Stage.LOST);
    }

    private void settle(Stage outcome) {
        if (!stage.compareAndSet(Stage.RELEASING, outcome)) {
            stage.compareAndSet(Stage.LOSING, outcome);
        }
    }

    /** Returns how the lock ended; empty if that is not decided. */
    Optional<End> end() {
        return switch (requireNonNull(stage.get())) {
            case RELEASED -> Optional.of(lapsed ? End.LAPSED : End.RELEASED);
            case LAPSED -> Optional.of(End.LAPSED);
            case LOST -> Optional.of(End.LOST);
            default -> Optional.empty();
        };
    }

    @Nullable
    Throwable lossCause() {
        return lossCause;
    }
}
