// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockState;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * A lock that is held until its transaction has completed and all its holders have released it, whichever is last: a
 * transaction that times out may complete while a holder still works.
 */
public final class SharedHold {

    private final LockHandle lock;

    /** The transaction and the holders; zero is final. */
    private final AtomicInteger users = new AtomicInteger(1);

    private final AtomicBoolean inTransaction = new AtomicBoolean(true);

    private final Set<LossInterrupt> interrupts = ConcurrentHashMap.newKeySet();

    /** Whether the lock has the action of {@link #onLoss}. */
    private final AtomicBoolean told = new AtomicBoolean();

    /**
     * Holds the lock for a transaction.
     *
     * @param lock the lock
     */
    public SharedHold(LockHandle lock) {
        this.lock = lock;
    }

    /**
     * Returns the lock.
     *
     * @return the lock
     */
    public LockHandle lock() {
        return lock;
    }

    /**
     * Whether somebody else may hold the lock by now.
     *
     * @return whether the lock has ended
     */
    public boolean isGone() {
        return isGone(lock);
    }

    /**
     * Whether somebody else may hold the lock by now. True also for a lock that was released behind the back of its holder, as when it
     * was refreshed after its ttl.
     *
     * @param lock the lock
     * @return whether the lock has ended
     */
    public static boolean isGone(LockHandle lock) {
        LockState state = lock.state();
        return state != LockState.HELD && state != LockState.SUSPECT;
    }

    /**
     * Interrupts if the lock is lost, until that is forgotten. The lock itself has one action for all, since its actions stay as long as
     * it does.
     *
     * @param interrupt what interrupts
     */
    public void onLoss(LossInterrupt interrupt) {
        interrupts.add(interrupt);
        if (told.compareAndSet(false, true)) {
            Set<LossInterrupt> toInterrupt = interrupts;
            lock.onLost(() -> toInterrupt.forEach(LossInterrupt::interrupt));
        } else if (lock.state() == LockState.LOST) {
            interrupt.interrupt();
        }
    }

    /**
     * Forgets what {@link #onLoss} was called with.
     *
     * @param interrupt what interrupts
     */
    public void forget(LossInterrupt interrupt) {
        interrupts.remove(interrupt);
    }

    /**
     * Adds a holder.
     *
     * @return its share; empty if the lock has been released
     */
    public Optional<LockHandle> share() {
        boolean there = users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
        return there ? Optional.of(new Share(users::decrementAndGet)) : Optional.empty();
    }

    /** For a holder that needs the lock no longer than the transaction lasts, so its release is not waited for. */
    LockHandle shareOfTransaction() {
        return new Share(users::get);
    }

    /** The transaction has completed, or nothing will report its completion. */
    public void leave() {
        if (inTransaction.compareAndSet(true, false) && users.decrementAndGet() == 0) {
            lock.close();
        }
    }

    /** What one holder has of the lock. Ends at the holder's release, though the lock may be held for longer. */
    private final class Share implements LockHandle {

        /** To be called once, at the release; tells how many users are left. */
        private final IntSupplier leave;

        private final AtomicBoolean released = new AtomicBoolean();

        private Share(IntSupplier leave) {
            this.leave = leave;
        }

        @Override
        public String key() {
            return lock.key();
        }

        @Override
        public String name() {
            return lock.name();
        }

        @Override
        public LockMode mode() {
            return lock.mode();
        }

        @Override
        public Duration ttl() {
            return lock.ttl();
        }

        @Override
        public LockState state() {
            return released.get() ? LockState.RELEASED : lock.state();
        }

        @Override
        public Optional<FencingToken> fencingToken() {
            return lock.fencingToken();
        }

        @Override
        public void onLost(Runnable action) {
            lock.onLost(action);
        }

        @Override
        public void refresh(Duration ttl) {
            if (released.get()) {
                throw Messages.shareReleased(key());
            }
            if (isGone()) {
                throw Messages.gone(key());
            }
            lock.refresh(ttl);
        }

        /** Throws at once if the lock is gone, so that the transaction is not committed; but never frees it before that ends. */
        @Override
        public void release() {
            if (!released.compareAndSet(false, true)) {
                throw Messages.shareReleased(key());
            }
            if (leave.getAsInt() == 0) {
                lock.release();
            } else if (isGone()) {
                throw Messages.gone(key());
            }
        }

        @Override
        public void close() {
            if (released.compareAndSet(false, true) && leave.getAsInt() == 0) {
                lock.close();
            }
        }

        @Override
        public String toString() {
            return "LockHandle[" + KeyText.of(key()) + ", " + mode() + ", " + state() + "]";
        }
    }
}
