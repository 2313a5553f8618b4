// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The handle of one holder of a {@link CountedHold}. It ends at its release, though the lock may be held for longer.
 */
public final class Claim implements LockHandle {

    private final CountedHold hold;
    private final boolean isCounted;
    private final AtomicBoolean released = new AtomicBoolean();

    Claim(CountedHold hold, boolean isCounted) {
        this.hold = hold;
        this.isCounted = isCounted;
    }

    /** Returns what this is a claim on. */
    public CountedHold hold() {
        return hold;
    }

    /** Whether somebody else may hold the lock by now. A claim that was released is gone, too. */
    public boolean isGone() {
        return released.get() || hold.isGone();
    }

    /**
     * Requires that something new can be started under this lock.
     *
     * @throws io.holdfast.lock.LockNotHeldException if this claim has ended
     */
    public void requireHeld() {
        if (isGone()) {
            throw Messages.gone(key());
        }
    }

    @Override
    public String key() {
        return hold.lock().key();
    }

    @Override
    public String name() {
        return hold.lock().name();
    }

    @Override
    public LockMode mode() {
        return hold.lock().mode();
    }

    @Override
    public Duration ttl() {
        return hold.lock().ttl();
    }

    @Override
    public LockState state() {
        return released.get() ? LockState.RELEASED : hold.lock().state();
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        return hold.lock().fencingToken();
    }

    @Override
    public void onLost(Runnable action) {
        hold.lock().onLost(action);
    }

    @Override
    public void refresh(Duration ttl) {
        if (released.get()) {
            throw Messages.claimReleased(key());
        }
        if (hold.isGone()) {
            throw Messages.lost(key());
        }
        hold.lock().refresh(ttl);
    }

    /**
     * Releases the lock if this is the last claim. If it is not, but the lock is gone, it throws at once, so that the
     * transaction is not committed.
     */
    @Override
    public void release() {
        if (!released.compareAndSet(false, true)) {
            throw Messages.claimReleased(key());
        }
        if (leave()) {
            hold.lock().release();
        } else if (hold.isGone()) {
            throw Messages.lost(key());
        }
    }

    @Override
    public void close() {
        if (released.compareAndSet(false, true) && leave()) {
            hold.lock().close();
        }
    }

    private boolean leave() {
        return isCounted ? hold.removeClaim() : hold.hasNoClaims();
    }

    @Override
    public String toString() {
        return "LockHandle[" + KeyText.of(key()) + ", " + mode() + ", " + state() + "]";
    }
}
