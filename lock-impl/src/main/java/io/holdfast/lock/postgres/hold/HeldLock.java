// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Elapsed;
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
 * The time of one holder in a {@link Tenure}. {@link LockLife} has its states. To users, a held lock is LAPSED after
 * its ttl has passed, and SUSPECT if there was no proof for too long that the server has it.
 */
public final class HeldLock implements Holder {

    /** The time after which a step that has not ended was interrupted by an error and will not resume. */
    private static final Duration INTERRUPTED_AFTER = Duration.ofSeconds(10);

    private final Tenure tenure;
    private final Optional<FencingToken> fencingToken;
    private final LockAttempt attempt;
    private final LockRequest request;
    private final Keepers keepers;
    private final WorkQueue notifications;
    private final AbandonedHandles.Watch handleWatch;
    private final LockLife life = new LockLife();
    private final HolderEvents events;
    private final Ttl ttl;
    private final Release release;
    private final Duration timeout;

    /** Null before the first refresh, since most locks have none. Guarded by this. */
    private @Nullable Refresh refresh;

    /** Whether the holder has taken the lock, or the locker has, because no holder did. */
    private final AtomicBoolean taken = new AtomicBoolean();

    /** The id of the thread that acquired the lock, if it waited for it itself; else -1. */
    private volatile long acquiredBy = -1;

    /**
     * Creates the held lock of a tenure that is new, or that another holder has passed on.
     *
     * @param ttlStartNanos when the ttl began, as this side counts
     * @param notifications runs code of users, which may be slow
     * @param timeout how long to wait for an answer of the server
     */
    HeldLock(
            Tenure tenure,
            Unlocker unlocker,
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
        this.fencingToken = request.fenced() ? tenure.fencingToken() : Optional.empty();
        this.keepers = keepers;
        this.notifications = notifications;
        this.handleWatch = abandonedHandles.newWatch();
        this.events = new HolderEvents(attempt, listeners, () -> new PostgresHandle(this));
        this.ttl = new Ttl(request, ttlStartNanos, keepers, this::lapse);
        this.timeout = timeout;
        this.release = new Release(this, tenure, unlocker, life, ttl, events, keepers, timeout);
    }

    // ---- the answers of the handle

    Tenure tenure() {
        return tenure;
    }

    @Override
    public LockAttempt attempt() {
        return attempt;
    }

    LockRequest request() {
        return request;
    }

    Duration ttl() {
        return ttl.length();
    }

    Optional<FencingToken> fencingToken() {
        return fencingToken;
    }

    /**
     * {@return the state of the lock} The first caller that sees that the server has ended the session makes the loss
     * final, so that no later caller sees the lock as held. If only the wall clock shows that, it is not certain,
     * because the clock may have been set.
     */
    @Override
    public LockState state() {
        LockState state = stateWithoutDoubt();
        return state == LockState.HELD && (tenure.isDoubtful() || isTtlDoubtful()) ? LockState.SUSPECT : state;
    }

    /** As {@link #state()}, but HELD instead of SUSPECT, for steps that make no difference between the two. */
    private LockState stateWithoutDoubt() {
        if (!life.isHeld()) {
            return life.state();
        }
        if (tenure.isSessionOver()) {
            if (beginLosing()) {
                keepers.run(() -> finishLosing(null));
            }
            return life.state();
        }
        return ttl.hasPassed() ? LockState.LAPSED : LockState.HELD;
    }

    private String shownLock() {
        return Shown.lock(attempt);
    }

    private boolean isTtlDoubtful() {
        Deadline end = ttl.deadline();
        return tenure.isEnforced() && end.mayHavePassed() && tenure.isProvenBefore(end.wallMillis());
    }

    private boolean isAlive() {
        return stateWithoutDoubt() == LockState.HELD;
    }

    void onLost(Runnable action) {
        events.onLost(action);
    }

    // ---- the holder

    /** Remembers the calling thread for the message that a thread gets which waits for its own lock. */
    public void acquiredByThisThread() {
        acquiredBy = Thread.currentThread().getId();
    }

    @Override
    public boolean isAcquiredBy(@Nullable Thread thread) {
        return thread != null && acquiredBy == thread.getId();
    }

    /** Makes the handle for the holder, which has the lock from now on. */
    public LockHandle announce(Duration waited) {
        if (!taken.compareAndSet(false, true)) {
            throw CommonMessages.notHeld(shownLock(), state());
        }
        PostgresHandle handle = new PostgresHandle(this);
        handleWatch.start(handle, this::releaseAbandoned);
        events.acquired(handle, waited);
        return handle;
    }

    private void releaseAbandoned() {
        LockState state = state();
        if (state != LockState.RELEASED && state != LockState.LOST && beginReleasing()) {
            release.start();
            Messages.abandoned(shownLock());
        }
    }

    void refresh(Duration wanted) {
        LockRequest refreshed = tenure.isEnforced() ? request.enforcedTtl(wanted) : request.ttl(wanted);
        long startNanos = System.nanoTime();
        try {
            refreshTo(refreshed.ttl());
        } catch (RuntimeException e) {
            events.refreshFailed(e, Elapsed.since(startNanos));
            throw e;
        }
        events.refreshed(Elapsed.since(startNanos));
    }

    private synchronized Refresh refreshes() {
        Refresh known = refresh;
        if (known == null) {
            known = new Refresh(tenure, ttl, attempt, this::isAlive, keepers, timeout);
            refresh = known;
        }
        return known;
    }

    private void refreshTo(Duration fresh) {
        requireHeld();
        Refresh.Answer answer = refreshes().ask(fresh);
        if (!answer.isHeld()) {
            if (beginLosing()) {
                endLost(answer.cause());
                reportLoss(answer.cause());
            }
            throw CommonMessages.notHeld(shownLock(), state());
        }
        requireHeld();
    }

    /** Throws if the lock is not held. A lapsed lock is released then, since its holder may not use it any more. */
    private void requireHeld() {
        LockState state = stateWithoutDoubt();
        if (state == LockState.LAPSED) {
            boolean onThisThread = StackReserve.require();
            if (beginReleasing()) {
                release.await(onThisThread);
            }
        }
        if (state != LockState.HELD) {
            throw CommonMessages.notHeld(shownLock(), state);
        }
    }

    // ---- releasing

    void release() {
        boolean onThisThread = StackReserve.require();
        LockState before = stateWithoutDoubt();
        if (!beginReleasing()) {
            throw CommonMessages.notHeld(shownLock(), state());
        }
        release.await(onThisThread);
        LockState after = state();
        if (after == LockState.LOST || before == LockState.LAPSED) {
            throw CommonMessages.notHeld(shownLock(), after == LockState.LOST ? after : before);
        }
    }

    public void close() {
        boolean onThisThread = StackReserve.require();
        LockState before = stateWithoutDoubt();
        if (beginReleasing()) {
            if (before == LockState.LAPSED) {
                Messages.lapsed(shownLock(), ttl());
            }
            release.await(onThisThread);
        }
    }

    private boolean beginReleasing() {
        return handleWatch.endIf(life.beginReleasing(ttl.hasPassed()));
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
    public void endIfOrphaned() {
        boolean untaken = events.held().compareTo(INTERRUPTED_AFTER) > 0 && taken.compareAndSet(false, true);
        if (untaken) {
            startEnding();
        } else if (life.isReleasingFor(INTERRUPTED_AFTER) && !tenure.isUnlocking()) {
            release.start();
        } else if (tenure.isUnlocking() && tenure.session().isGone()) {
            release.report();
        }
    }

    // ---- losing

    /** Ends the lock after an enforced ttl has passed. */
    private void lapse() {
        if (beginLosing()) {
            finishLosing(null);
        }
    }

    /** {@inheritDoc} A lock whose ttl has passed becomes LAPSED instead. */
    @Override
    public boolean beginLosing() {
        return handleWatch.endIf(life.beginLosing(ttl.hasPassed()));
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
            Messages.lapsed(shownLock(), ttl());
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
}
