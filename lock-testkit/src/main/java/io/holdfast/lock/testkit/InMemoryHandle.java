// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.FencingToken;
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

/** A lock in memory. What can change is guarded by the monitor of the shared locks. */
final class InMemoryHandle implements LockHandle {

    private final InMemoryLocks locks;
    private final InMemoryLocks.Waiter asked;
    private final FencingToken token;
    private final long grantedNanos = System.nanoTime();

    /** Complete when the holder was told of the grant, so that nobody hears of the end before that. */
    private final CompletableFuture<Void> announced = new CompletableFuture<>();

    private final List<Runnable> whenLost = new ArrayList<>();
    private LockState ended;
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

    /** The request that was granted. */
    InMemoryLocks.Waiter asked() {
        return asked;
    }

    private boolean isEnforced() {
        return asked.request().lease() == Lease.ENFORCED;
    }

    private void tell(Consumer<LockListener> event) {
        asked.locker().tell(event);
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

    boolean isFreedByServer() {
        return isEnforced() && state() == LockState.LAPSED;
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
            LockNotHeldException failure = notHeld(endAndTell());
            tell(listener -> listener.refreshFailed(asked.attempt(), this, failure, since(startNanos)));
            throw failure;
        }
        tell(listener -> listener.refreshed(asked.attempt(), this, since(startNanos)));
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
        LockState before = endAndTell();
        if (before != LockState.HELD) {
            throw notHeld(before);
        }
    }

    @Override
    public void close() {
        LockState before = endAndTell();
        if (before == LockState.LAPSED || before == LockState.LOST) {
            InMemoryLocker.LOG.log(System.Logger.Level.WARNING, notHeld(before).getMessage());
        }
    }

    private LockState endAndTell() {
        LockState before = end();
        if (before == LockState.HELD || before == LockState.LAPSED) {
            if (announced.isDone()) {
                tell(listener -> listener.releaseBegan(asked.attempt(), this));
            }
            tellReleased(before == LockState.LAPSED);
        }
        return before;
    }

    /** Gives the lock back without a word, unless it had ended; what it was before. */
    LockState end() {
        synchronized (locks) {
            LockState before = state();
            if (ended == null) {
                ended = LockState.RELEASED;
                locks.free(this);
            }
            return before;
        }
    }

    /** Takes the lock away without a word; whether it was held. */
    boolean lose() {
        synchronized (locks) {
            boolean held = state() == LockState.HELD;
            if (held) {
                ended = LockState.LOST;
            }
            locks.free(this);
            return held;
        }
    }

    void tellAcquired(Duration waited) {
        tell(listener -> listener.acquired(asked.attempt(), this, waited));
        announced.complete(null);
    }

    void tellReleased(boolean lapsed) {
        Duration held = held();
        announced.thenRun(() -> tell(listener -> {
            if (lapsed) {
                listener.lapsed(asked.attempt(), this, held);
            } else {
                listener.released(asked.attempt(), this, held);
            }
        }));
    }

    /** Nobody adds an action any more: the state is final. */
    void tellLost() {
        Duration held = held();
        announced.thenRun(() -> tell(listener -> listener.lost(asked.attempt(), this, held)));
        whenLost.forEach(InMemoryLocker::contained);
    }

    private Duration held() {
        return since(grantedNanos);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private LockNotHeldException notHeld(LockState state) {
        return new LockNotHeldException("lock '" + key() + "' is not held through this handle: " + state, null);
    }

    @Override
    public String toString() {
        return "LockHandle[" + key() + ", " + mode() + ", " + state() + "]";
    }
}
