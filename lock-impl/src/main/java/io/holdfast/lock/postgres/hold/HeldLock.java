// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.StackReserve;
import io.holdfast.lock.postgres.thread.WorkQueue;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The time of one holder in a {@link Tenure}. {@link LockLife} has its states. To the outside, a held lock is LAPSED after its
 * ttl has passed, and SUSPECT if there was no proof for too long.
 */
public final class HeldLock implements Holder {

    /** After this time nobody resumes what an error has interrupted. */
    private static final Duration INTERRUPTED_AFTER = Duration.ofSeconds(10);

    private final Tenure tenure;
    private final LockAttempt attempt;
    private final LockRequest request;
    private final Keepers keepers;
    private final WorkQueue notifications;
    private final AbandonedHandles abandonedHandles;
    private final LockLife life = new LockLife();
    private final HolderEvents events;
    private final Ttl ttl;
    private final Refresh refresh;
    private final Release release;

    /** Whether the holder has taken the lock, or the locker has because there was no holder. */
    private final AtomicBoolean taken = new AtomicBoolean();

    /** The id of the thread that acquired the lock, if it waited for it itself; else -1. */
    private volatile long acquiredBy = -1;

    /**
     * A lock that was just granted.
     *
     * @param ttlStartNanos when the ttl began, as this side counts
     * @param notifications runs what may be slow, since it is code of users
     * @param timeout how long to wait for an answer of the server
     */
    HeldLock(
            Tenure tenure,
            LockAttempt attempt,
            long ttlStartNanos,
            Listeners listeners,
            Keepers keepers,
            WorkQueue notifications,
            AbandonedHandles abandonedHandles,
            Duration timeout) {
        this.tenure = tenure;
        this.attempt = attempt;
        this.request = attempt.request();
        this.keepers = keepers;
        this.notifications = notifications;
        this.abandonedHandles = abandonedHandles;
        this.events = new HolderEvents(attempt, listeners, () -> new PostgresHandle(this));
        this.ttl = new Ttl(request, ttlStartNanos, keepers, this::lapse);
        this.refresh = new Refresh(tenure, ttl, what(), this::isAlive, keepers, timeout);
        this.release = new Release(tenure, life, ttl, events, keepers, timeout);
    }

    // ---- what the handle shows

    Tenure tenure() {
        return tenure;
    }

    @Override
    public LockAttempt attempt() {
        return attempt;
    }

    LockMode mode() {
        return request.mode();
    }

    String key() {
        return request.key();
    }

    String name() {
        return request.name();
    }

    Duration ttl() {
        return ttl.length();
    }

    Optional<FencingToken> fencingToken() {
        return tenure.fencingToken();
    }

    /**
     * The first caller that sees that the server has given the session up makes it final at once, so that nobody sees the lock
     * held again. What only the wall clock says is not certain: somebody may have set it.
     */
    @Override
    public LockState state() {
        if (!life.isHeld()) {
            return life.state();
        }
        if (tenure.isSessionOver()) {
            if (beginLosing()) {
                keepers.run(() -> finishLosing(null));
            }
            return life.state();
        }
        if (ttl.hasPassed()) {
            return LockState.LAPSED;
        }
        return tenure.isDoubtful() || isTtlDoubtful() ? LockState.SUSPECT : LockState.HELD;
    }

    private boolean isTtlDoubtful() {
        Deadline end = ttl.deadline();
        return tenure.isEnforced() && end.mayHavePassed() && tenure.isProvenBefore(end.wallMillis());
    }

    private boolean isAlive() {
        LockState state = state();
        return state == LockState.HELD || state == LockState.SUSPECT;
    }

    void onLost(Runnable action) {
        events.onLost(action);
    }

    // ---- the holder

    /** Remembers the calling thread for the message to a thread that waits for its own lock. */
    public void acquiredByThisThread() {
        acquiredBy = Thread.currentThread().getId();
    }

    @Override
    public boolean isAcquiredBy(@Nullable Thread thread) {
        return thread != null && acquiredBy == thread.getId();
    }

    /** Makes the handle for the holder, who has the lock from now on. */
    public LockHandle announce(Duration waited) {
        if (!taken.compareAndSet(false, true)) {
            throw CommonMessages.notHeld(what(), state());
        }
        PostgresHandle handle = new PostgresHandle(this);
        abandonedHandles.watch(handle, this::releaseAbandoned);
        events.acquired(handle, waited);
        return handle;
    }

    private void releaseAbandoned() {
        LockState state = state();
        if (state != LockState.RELEASED && state != LockState.LOST && beginReleasing()) {
            release.start();
            Messages.abandoned(what());
        }
    }

    void refresh(Duration wanted) {
        LockRequest refreshed = tenure.isEnforced() ? request.enforcedTtl(wanted) : request.ttl(wanted);
        long startNanos = System.nanoTime();
        try {
            refreshTo(refreshed.ttl());
        } catch (RuntimeException e) {
            events.refreshFailed(e, since(startNanos));
            throw e;
        }
        events.refreshed(since(startNanos));
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private void refreshTo(Duration fresh) {
        requireHeld();
        Refresh.Answer answer = refresh.ask(fresh);
        if (!answer.isHeld()) {
            if (beginLosing()) {
                endLost(answer.cause());
                reportLoss(answer.cause());
            }
            throw CommonMessages.notHeld(what(), state());
        }
        requireHeld();
    }

    /** A lapsed lock is released when somebody asks for it, since its holder may not use it any more. */
    private void requireHeld() {
        LockState state = state();
        if (state == LockState.LAPSED && beginReleasing()) {
            release.await(what());
        }
        if (state != LockState.HELD && state != LockState.SUSPECT) {
            throw CommonMessages.notHeld(what(), state);
        }
    }

    // ---- releasing

    void release() {
        StackReserve.require();
        LockState before = state();
        if (!beginReleasing()) {
            throw CommonMessages.notHeld(what(), state());
        }
        release.await(what());
        LockState after = state();
        if (after == LockState.LOST || before == LockState.LAPSED) {
            throw CommonMessages.notHeld(what(), after == LockState.LOST ? after : before);
        }
    }

    public void close() {
        StackReserve.require();
        LockState before = state();
        if (beginReleasing()) {
            if (before == LockState.LAPSED) {
                Messages.lapsed(what(), ttl());
            }
            release.await(what());
        }
    }

    private boolean beginReleasing() {
        return life.beginReleasing(ttl.hasPassed());
    }

    @Override
    public CompletableFuture<Void> startEnding() {
        return beginReleasing() ? release.start() : CompletableFuture.completedFuture(null);
    }

    /** Releases the lock on the calling keeper thread. */
    public void endOnThisThread() {
        if (beginReleasing()) {
            release.unlockInTime();
        }
    }

    @Override
    public void retireSession() {
        release.retireSession();
    }

    @Override
    public void endIfForsaken() {
        boolean untaken = events.held().compareTo(INTERRUPTED_AFTER) > 0 && taken.compareAndSet(false, true);
        if (untaken) {
            startEnding();
        } else if (life.isReleasingFor(INTERRUPTED_AFTER) && !tenure.isUnlocking()) {
            release.start();
        }
    }

    // ---- losing

    /** An enforced ttl has passed. */
    private void lapse() {
        if (beginLosing()) {
            finishLosing(null);
        }
    }

    /** A lock whose ttl has passed stays lapsed. */
    @Override
    public boolean beginLosing() {
        return life.beginLosing(ttl.hasPassed());
    }

    @Override
    public void finishLosing(@Nullable Throwable cause) {
        endLost(cause);
        notifications.add(() -> reportLoss(cause));
    }

    private void endLost(@Nullable Throwable cause) {
        ttl.stopWatching();
        tenure.endLost(cause);
    }

    private void reportLoss(@Nullable Throwable cause) {
        boolean lapsed = life.state() == LockState.LAPSED;
        life.lost(cause);
        release.report();
        if (lapsed) {
            Messages.lapsed(what(), ttl());
        }
    }

    @Override
    public boolean isSuspicionNews() {
        return events.isSuspicionNews(state() == LockState.SUSPECT);
    }

    @Override
    public void reportSuspicion() {
        events.suspected(state() == LockState.SUSPECT);
    }

    /** Starts the timer of an enforced ttl. */
    void watchTtl() {
        ttl.watch();
    }

    /** The lock as messages show it. */
    private String what() {
        return Shown.lock(attempt);
    }
}
