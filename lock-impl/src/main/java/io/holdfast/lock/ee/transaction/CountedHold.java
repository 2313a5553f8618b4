// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A lock that several holders share: the calls of one call chain, a transaction, and the programs that acquire its key
 * again in that transaction. The lock is released when the last claim is released. A transaction that times out may
 * release its claim while a call still works, and a call may release its claim while the transaction is still open.
 */
public final class CountedHold {

    private final LockHandle lock;

    /** The number of claims that are not released yet. Zero is final. */
    private final AtomicInteger claims = new AtomicInteger(1);

    private final Set<Runnable> lossActions = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean isLossObserved = new AtomicBoolean();

    private CountedHold(LockHandle lock) {
        this.lock = lock;
    }

    /**
     * Returns the first claim on a lock, which belongs to whatever acquired it.
     *
     * @param acquired the lock; if it is a claim already, it stays as it is
     */
    public static Claim firstClaimOn(LockHandle acquired) {
        return acquired instanceof Claim claim ? claim : new Claim(new CountedHold(acquired), true);
    }

    /**
     * Adds a holder.
     *
     * @return its claim; empty if the lock has been released
     */
    public Optional<Claim> addClaim() {
        boolean isHeld = claims.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
        return isHeld ? Optional.of(new Claim(this, true)) : Optional.empty();
    }

    /**
     * A claim that is not counted, for a holder that needs the lock only as long as the transaction that has a claim.
     */
    Claim guestClaim() {
        return new Claim(this, false);
    }

    /** Removes a counted claim, and returns whether it was the last one. */
    boolean removeClaim() {
        return claims.decrementAndGet() == 0;
    }

    boolean hasNoClaims() {
        return claims.get() == 0;
    }

    /** Returns the lock itself. */
    public LockHandle lock() {
        return lock;
    }

    /**
     * Whether somebody else may hold the lock by now. This is the case, too, if the lock was released without its
     * holder's doing, as when it was refreshed after its ttl.
     */
    public boolean isGone() {
        LockState state = lock.state();
        return state != LockState.HELD && state != LockState.SUSPECT;
    }

    /**
     * Requires that a request can be served by a claim on this lock.
     *
     * @throws RuntimeException if the lock has ended, or does not have what the request needs
     */
    public void requireReusable(LockRequest request) {
        if (isGone()) {
            throw Messages.gone(request.key());
        }
        Reuse.require(request, lock);
    }

    /**
     * Runs an action if the lock is lost, until {@link #forgetLossAction} is called. The lock has a single action for
     * all, because it keeps its actions as long as it lasts.
     *
     * @param action the action; must not refer to a handle, or the handle is not found when it is dropped
     */
    public void onLoss(Runnable action) {
        lossActions.add(action);
        if (isLossObserved.compareAndSet(false, true)) {
            Set<Runnable> actions = lossActions;
            lock.onLost(() -> actions.forEach(Runnable::run));
        } else if (lock.state() == LockState.LOST) {
            action.run();
        }
    }

    /** Forgets an action. */
    public void forgetLossAction(Runnable action) {
        lossActions.remove(action);
    }
}
