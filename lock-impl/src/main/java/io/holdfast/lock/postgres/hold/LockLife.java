// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.hold.HolderEvents.End;
import io.holdfast.lock.postgres.thread.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The life of a held lock: one field that moves forward only.
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
 * The caller that moves it out of HELD, and no other, ends the lock.
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

    /** Whether the ttl had passed when the release began; written once, by the one who began it. */
    private volatile boolean lapsed;

    /** When the release began; null before. */
    private volatile @Nullable Deadline releasingSince;

    /** Why the lock was lost; null if there is no exception for it. */
    private volatile @Nullable Throwable lossCause;

    boolean isHeld() {
        return stage.get() == Stage.HELD;
    }

    /** What the stage looks like from outside: RELEASING is RELEASED, and LOSING is LOST. */
    LockState state() {
        return switch (requireNonNull(stage.get())) {
            case HELD -> LockState.HELD;
            case RELEASING, RELEASED -> LockState.RELEASED;
            case LOSING, LOST -> LockState.LOST;
            case LAPSED -> LockState.LAPSED;
        };
    }

    /**
     * Moves from HELD to RELEASING. Only the caller that gets true has to end the lock.
     *
     * @param late whether the ttl has passed
     */
    boolean beginReleasing(boolean late) {
        if (!stage.compareAndSet(Stage.HELD, Stage.RELEASING)) {
            return false;
        }
        releasingSince = Deadline.after(Duration.ZERO);
        lapsed = late;
        return true;
    }

    /** Whether the release began longer ago than this and has not come to an end. */
    boolean isReleasingFor(Duration time) {
        Deadline since = releasingSince;
        return stage.get() == Stage.RELEASING && since != null && System.nanoTime() - since.nanos() > time.toNanos();
    }

    /**
     * Moves from HELD to LOSING, or to LAPSED if the ttl has passed. Only the caller that gets true has to end the lock.
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
     * @param cause why; null if there is no exception for it
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

    /** How the lock ended; empty if that is not decided. */
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
