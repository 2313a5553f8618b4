// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.KeyText;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A lock in memory. All fields that change are guarded by the monitor of the shared locks. */
final class InMemoryHandle implements LockHandle {

    private final InMemoryLocks locks;
    private final InMemoryLocks.Waiter asked;
    private final FencingToken token;
    private final long grantedNanos = System.nanoTime();

    /** Completes when the grant has been reported, so that the end is not reported before that. */
    private final CompletableFuture<@Nullable Void> announced = new CompletableFuture<>();

    private final List<Runnable> whenLost = new ArrayList<>();

    /**
     * How the lock has ended, which is final. Null before that, even if an advisory ttl has passed but the lock is
     * kept.
     */
    private @Nullable LockState ended;

    private Duration ttl;
    private long ttlStartNanos = grantedNanos;

    InMemoryHandle(InMemoryLocks locks, InMemoryLocks.Waiter asked, FencingToken token) {
        this.locks = locks;
        this.asked = asked;
        this.token = token;
        startTtl(asked.request().ttl());
    }

    private void startTtl(Duration ttl) {
        this.ttl = ttl;
        this.ttlStartNanos = System.nanoTime();
        if (isEnforced()) {
            locks.serveAfter(ttl.toNanos(), asked.lockId());
        }
    }

    /** Returns the request that was granted. */
    InMemoryLocks.Waiter asked() {
        return asked;
    }

    private boolean isEnforced() {
        return asked.request().lease() == Lease.ENFORCED;
    }

    private void notifyListeners(Consumer<LockListener> event) {
        asked.locker().notifyListeners(event);
    }

    @Override
    public String key() {
        return asked.request().key();
    }

    @Override
    public String name() {
        return asked.request().name();
    }

    @Override
    public LockMode mode() {
        return asked.request().mode();
    }

    @Override
    public Duration ttl() {
        synchronized (locks) {
            return ttl;
        }
    }

    @Override
    public LockState state() {
        synchronized (locks) {
            boolean passed = System.nanoTime() - ttlStartNanos >= InMemoryLocker.nanos(ttl);
            return ended != null ? ended : passed ? LockState.LAPSED : LockState.HELD;
        }
    }

    /** Returns whether an enforced ttl has passed, but the lock has not been ended yet. */
    boolean isFreedByServer() {
        return ended == null && isEnforced() && state() == LockState.LAPSED;
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        return asked.request().fenced() ? Optional.of(token) : Optional.empty();
    }

    @Override
    public void onLost(Runnable action) {
        Objects.requireNonNull(action, "action");
        synchronized (locks) {
            if (state() != LockState.LOST) {
                whenLost.add(action);
                return;
            }
        }
        InMemoryLocker.contained(action);
    }

    @Override
    public void refresh(Duration ttl) {
        long startNanos = System.nanoTime();
        LockRequest refreshed = isEnforced()
                ? asked.request().enforcedTtl(ttl)
                : asked.request().ttl(ttl);
        if (!startTtlIfHeld(refreshed.ttl())) {
            LockNotHeldException failure = notHeld(releaseUnlessEnded());
            notifyListeners(listener -> listener.refreshFailed(asked.attempt(), this, failure, since(startNanos)));
            throw failure;
        }
        notifyListeners(listener -> listener.refreshed(asked.attempt(), this, since(startNanos)));
    }

    private boolean startTtlIfHeld(Duration ttl) {
        synchronized (locks) {
            boolean held = state() == LockState.HELD;
            if (held) {
                startTtl(ttl);
            }
            return held;
        }
    }

    @Override
    public void release() {
        LockState before = releaseUnlessEnded();
        if (before != LockState.HELD) {
            throw notHeld(before);
        }
    }

    @Override
    public void close() {
        LockState before = releaseUnlessEnded();
        boolean isReleasedLate = before == LockState.LAPSED && state() == LockState.RELEASED;
        if (isReleasedLate || before == LockState.LOST) {
            warn(notHeld(before).getMessage());
        }
    }

    /** Releases the lock unless it had ended, and returns the state before that. */
    private LockState releaseUnlessEnded() {
        LockState before;
        Optional<Runnable> notification;
        synchronized (locks) {
            before = state();
            notification = locks.end(this, before, LockState.RELEASED);
        }
        notification.ifPresent(Runnable::run);
        return before;
    }

    /**
     * Ends the lock, unless it had ended, but does not report that. A lapsed lock can become released as long as it is
     * kept, but not lost.
     *
     * @param before the state until now
     * @param how RELEASED if its holder or locker releases it, LOST if it is taken away, LAPSED if the server frees it
     * @return the notification, which must run without the monitor; empty if the lock had ended
     */
    Optional<Runnable> end(LockState before, LockState how) {
        if (ended != null) {
            return Optional.empty();
        }
        boolean lapsed = before == LockState.LAPSED;
        if (how == LockState.RELEASED && !(lapsed && isEnforced())) {
            ended = how;
            return Optional.of(() -> freeAndReport(lapsed));
        }
        ended = lapsed ? LockState.LAPSED : how;
        return Optional.of(lapsed ? this::reportLapse : this::reportLoss);
    }

    void reportGrant(Duration waited) {
        notifyListeners(listener -> listener.acquired(asked.attempt(), this, waited));
        announced.complete(null);
    }

    /** The next holder gets the lock after the listeners were notified that the release begins. */
    private void freeAndReport(boolean lapsed) {
        Duration held = held();
        boolean announcedBefore = announced.isDone();
        if (announcedBefore) {
            notifyListeners(listener -> listener.releaseBegan(asked.attempt(), this));
        }
        locks.free(this);
        announced.thenRun(() -> {
            if (!announcedBefore) {
                notifyListeners(listener -> listener.releaseBegan(asked.attempt(), this));
            }
            notifyListeners(listener -> {
                if (lapsed) {
                    listener.lapsed(asked.attempt(), this, held);
                } else {
                    listener.released(asked.attempt(), this, held);
                }
            });
        });
    }

    /** Reports a lapse without a release, because there was nothing to release. */
    private void reportLapse() {
        Duration held = held();
        announced.thenRun(() -> {
            warn("the ttl of lock " + shownKey() + " has passed, so another caller may hold the lock from now on");
            notifyListeners(listener -> listener.lapsed(asked.attempt(), this, held));
        });
    }

    /** Reports the loss. The state is final, so no action is added any more. */
    private void reportLoss() {
        Duration held = held();
        announced.thenRun(() -> notifyListeners(listener -> listener.lost(asked.attempt(), this, held)));
        whenLost.forEach(InMemoryLocker::contained);
    }

    private Duration held() {
        return since(grantedNanos);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private LockNotHeldException notHeld(LockState state) {
        return new LockNotHeldException("lock " + shownKey() + " is not held through this handle: " + state, null);
    }

    private static void warn(@Nullable String message) {
        InMemoryLocker.LOG.log(System.Logger.Level.WARNING, message);
    }

    private String shownKey() {
        return KeyText.of(key(), asked.lockId());
    }

    @Override
    public String toString() {
        return "LockHandle[" + shownKey() + ", " + mode() + ", " + state() + "]";
    }
}
