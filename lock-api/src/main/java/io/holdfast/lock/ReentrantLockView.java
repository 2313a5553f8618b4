// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The view that {@link Locker#asLock} returns. Only the thread that holds the thread lock accesses the handle. */
final class ReentrantLockView implements Lock {

    private final Locker locker;
    private final LockRequest request;
    private final ReentrantLock thread = new ReentrantLock();

    /** The lock that is held; null before the first one. Guarded by the thread lock. */
    private @Nullable LockHandle handle;

    ReentrantLockView(Locker locker, LockRequest request) {
        this.locker = locker;
        this.request = request;
    }

    @Override
    public void lock() {
        thread.lock();
        unlessAcquired(() -> uninterruptibly(() -> acquired(LockRequest.UNLIMITED)));
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        thread.lockInterruptibly();
        unlessAcquired(() -> acquired(LockRequest.UNLIMITED));
    }

    @Override
    public boolean tryLock() {
        if (!thread.tryLock()) {
            return false;
        }
        return unlessAcquired(() -> uninterruptibly(this::tryAcquired));
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        long startNanos = System.nanoTime();
        if (!thread.tryLock(time, unit)) {
            return false;
        }
        long left = unit.toNanos(time) - (System.nanoTime() - startNanos);
        return unlessAcquired(() -> {
            try {
                return acquired(Duration.ofNanos(Math.max(0, left)));
            } catch (LockNotAcquiredException e) {
                return false;
            }
        });
    }

    @FunctionalInterface
    private interface Acquiring<X extends Exception> {
        boolean acquire() throws X;
    }

    /** Unlocks the thread lock unless the lock itself was acquired. */
    private <X extends Exception> boolean unlessAcquired(Acquiring<X> acquiring) throws X {
        boolean acquired = false;
        try {
            acquired = acquiring.acquire();
            return acquired;
        } finally {
            if (!acquired) {
                thread.unlock();
            }
        }
    }

    /** Acquires again after an interrupt, and sets the interrupt flag at the end. */
    private static boolean uninterruptibly(Acquiring<InterruptedException> acquiring) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return acquiring.acquire();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean acquired(Duration waitAtMost) throws InterruptedException {
        if (isReentry()) {
            return true;
        }
        handle = locker.acquire(request, waitAtMost);
        return true;
    }

    /** Returns whether this thread holds the lock already. It must not rely on a lock that is known to have ended. */
    private boolean isReentry() {
        if (thread.getHoldCount() == 1) {
            return false;
        }
        LockState state = requireNonNull(handle).state();
        if (state != LockState.HELD && state != LockState.SUSPECT) {
            throw new LockNotHeldException(
                    "HOLDFAST-0064: lock " + shownKey() + " cannot be entered again by thread "
                            + Thread.currentThread().getName() + ", which no longer holds it: " + state
                            + ". Unlock it as often as it was locked, and discard the work done under it",
                    null);
        }
        return true;
    }

    private boolean tryAcquired() throws InterruptedException {
        if (isReentry()) {
            return true;
        }
        Optional<LockHandle> acquired = locker.tryAcquire(request);
        handle = acquired.orElse(null);
        return acquired.isPresent();
    }

    @Override
    public void unlock() {
        if (!thread.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException("lock " + shownKey() + " is not held by thread "
                    + Thread.currentThread().getName());
        }
        try {
            if (thread.getHoldCount() == 1) {
                requireNonNull(handle).release();
            }
        } finally {
            thread.unlock();
        }
    }

    private String shownKey() {
        return KeyText.of(request.key(), locker.lockId(request.key()));
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("a lock in a database has no conditions");
    }

    @Override
    public String toString() {
        return "Lock[" + shownKey() + ", " + (thread.isLocked() ? "in use" : "free") + " in this JVM]";
    }
}
