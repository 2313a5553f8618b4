// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.thread.Elapsed;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who has the lock of a tenure: one holder after the other, and nobody while it passes from one to the next. A loss, an
 * unlock and a hand-over exclude each other.
 *
 * @param <T> the tenure
 */
final class Occupancy<T> {

    /** The place of the holder. Written under the monitor of this, as are the fields below. */
    private volatile Place<T> place;

    /** Null while the lock passes from one holder to the next. */
    private volatile @Nullable Holder holder;

    /** Whether a thread is unlocking or has unlocked. */
    private volatile boolean unlocking;

    /** When the lock began to pass to the present holder. */
    private volatile long passedNanos = System.nanoTime();

    /** Whether the lock cannot pass to another holder any more. Guarded by this. */
    private boolean closed;

    /** How many holders there were before this one. Guarded by this. */
    private int handOvers;

    Occupancy(Place<T> place) {
        this.place = place;
    }

    Place<T> place() {
        return place;
    }

    Optional<Holder> holder() {
        return Optional.ofNullable(holder);
    }

    boolean isOf(@Nullable Holder other) {
        return holder == other;
    }

    synchronized int handOvers() {
        return handOvers;
    }

    /** Whether an error has stopped the lock on its way to the next holder. */
    boolean isStranded(Duration limit) {
        return holder == null && Elapsed.since(passedNanos).compareTo(limit) > 0;
    }

    /** Gives the lock to a holder; returns whether it is still held. */
    synchronized boolean begin(Holder next) {
        holder = next;
        return !closed;
    }

    /**
     * Makes the next that waits here the one that gets the lock.
     *
     * @param from the holder that releases it; null if there is none
     * @param allowed whether the lock may pass on
     * @param withToken whether there is a fencing token
     * @return the place of the next, which the lock has to be delivered to; null if the lock stays
     */
    synchronized @Nullable Place<T> passOn(@Nullable Holder from, BooleanSupplier allowed, boolean withToken) {
        if (holder != from || closed || !allowed.getAsBoolean()) {
            return null;
        }
        Place<T> next = place.passOn(withToken);
        if (next != null) {
            place = next;
            holder = null;
            passedNanos = System.nanoTime();
            handOvers += from == null ? 0 : 1;
        }
        return next;
    }

    /** Notes that the lock is gone, and returns the holder that has lost it; null if it is on its way to the next. */
    @Nullable
    synchronized Holder lose() {
        closed = true;
        return holder;
    }

    boolean isUnlocking() {
        return unlocking;
    }

    /** Whether the caller has to unlock: only one caller has to, and none if the lock was passed on. */
    synchronized boolean beginUnlocking(@Nullable Holder from) {
        if (holder != from || unlocking) {
            return false;
        }
        unlocking = true;
        closed = true;
        return true;
    }
}
