// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.LocalQueues.Turn;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A granted lock, and the one owner of its session or of its share in one. Its life is one field that moves forward only:
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
 * The caller that moves it out of HELD, and no other, disposes of the session and of the local turn. To the outside, HELD is
 * LAPSED after the ttl has passed, and SUSPECT without a proof for too long; RELEASING is RELEASED, and LOSING is LOST.
 */
final class HeldLock {

    private enum Life {
        HELD,
        RELEASING,
        RELEASED,
        LOSING,
        LOST,
        LAPSED
    }

    /** After this long nobody takes up any more what an error interrupted. */
    private static final Duration INTERRUPTED_AFTER = Duration.ofSeconds(10);

    /**
     * What the server granted.
     *
     * @param session the session that holds the lock
     * @param lockId the lock's number
     * @param token the fencing token; null if none was asked for
     * @param ttlStartNanos when the ttl began, as this side counts
     */
    record Grant(LockSession session, long lockId, @Nullable FencingToken token, long ttlStartNanos) {}

    private record Term(Duration ttl, Deadline deadline) {}

    private final PostgresLocker locker;
    private final LockAttempt attempt;
    private final LockRequest request;
    private final Grant grant;
    private final Turn turn;

    /** Whether the session is for this lock alone. */
    private final boolean own;

    private final long grantedNanos = System.nanoTime();
    private final AtomicReference<Life> life = new AtomicReference<>(Life.HELD);
    private final ReentrantLock refreshing = new ReentrantLock();

    /** What to do if the lock is lost; null once its end was told. Guarded by this. */
    private List<Runnable> onLost = new ArrayList<>();

    /** Ttl and the moment when it passes. Written by refreshes, which hold the lock above. */
    private volatile Term term;

    /** After that the last proof that the lock is held is too old. */
    private volatile Deadline suspectFrom;

    /** When the last proof was noted, by the wall clock. */
    private volatile long provenMillis = WallClock.millis();

    /** Whether listeners know of the suspicion. */
    private final AtomicBoolean suspicionTold = new AtomicBoolean();

    /** Whether the ttl had passed when the release began; written once, by whoever began it. */
    private volatile boolean lapsed;

    /** Whether the holder, or the locker for want of one, has taken it. */
    private final AtomicBoolean taken = new AtomicBoolean();

    /** Whether the holder has been told; what happens to others is nobody's business. */
    private volatile boolean announced;

    /** The id of the thread that acquired the lock, if it waited for it itself; else -1. */
    private volatile long acquiredBy = -1;

    /** Whether a thread frees the lock, or has. */
    private final AtomicBoolean unlocking = new AtomicBoolean();

    /** Whether the session was returned to where it came from, or is given up: the first of the two. */
    private final AtomicBoolean disposed = new AtomicBoolean();

    /** Why the lock was lost, if it was found out by its release. */
    private volatile Throwable lossCause;

    /** Whether the log has the loss. */
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    /** When the release began; null before. */
    private volatile Deadline releasingSince;

    /** Looks at the end of an enforced ttl; null if there is none. Guarded by this. */
    private Future<?> lapse;

    HeldLock(PostgresLocker locker, LockAttempt attempt, Grant grant, Turn turn, boolean own) {
        this.locker = locker;
        this.attempt = attempt;
        this.request = attempt.request();
        this.grant = grant;
        this.turn = turn;
        this.own = own;
        this.term = new Term(request.ttl(), Deadline.from(grant.ttlStartNanos(), counted(request.ttl())));
        this.suspectFrom = Deadline.from(grantedNanos, patience());
    }

    // ---- what the handle shows

    LockMode mode() {
        return request.mode();
    }

    Grant grant() {
        return grant;
    }

    /** For the message to a thread that waits for its own lock. */
    void acquiredByThisThread() {
        acquiredBy = Thread.currentThread().getId();
    }

    boolean isAcquiredBy(@Nullable Thread thread) {
        return thread != null && acquiredBy == thread.getId();
    }

    Duration ttl() {
        return term.ttl();
    }

    Optional<FencingToken> fencingToken() {
        return Optional.ofNullable(grant.token());
    }

    LockState state() {
        return switch (life.get()) {
            case HELD -> stateOfHeld();
            case RELEASING, RELEASED -> LockState.RELEASED;
            case LOSING, LOST -> LockState.LOST;
            case LAPSED -> LockState.LAPSED;
        };
    }

    /**
     * The first caller that sees that the server has given the session up makes it final at once, so that nobody sees it held
     * again. What only the wall clock says is not certain: it may have been set.
     */
    private LockState stateOfHeld() {
        Lifetime lifetime = enforced() ? null : grant.session().lifetime();
        if (lifetime != null && lifetime.hasEnded()) {
            if (beginLosing()) {
                locker.keepers().run(() -> finishLosing(null));
            }
            return state();
        }
        if (term.deadline().hasPassed()) {
            return LockState.LAPSED;
        }
        boolean uncertain = suspectFrom.mayHavePassed()
                || enforced()
                        && term.deadline().mayHavePassed()
                        && provenMillis < term.deadline().wallMillis()
                || lifetime != null && lifetime.mayHaveEnded();
        return uncertain ? LockState.SUSPECT : LockState.HELD;
    }

    void onLost(Runnable action) {
        boolean endTold;
        synchronized (this) {
            endTold = onLost == null;
            if (!endTold) {
                onLost.add(action);
            }
        }
        if (endTold && life.get() == Life.LOST) {
            run(action);
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            Messages.onLostFailed(what(), e);
        }
    }

    // ---- refreshing

    void refresh(Duration ttl) {
        LockRequest refreshed = enforced() ? request.enforcedTtl(ttl) : request.ttl(ttl);
        long startNanos = System.nanoTime();
        try {
            refreshTo(refreshed.ttl());
        } catch (RuntimeException e) {
            locker.listeners().refreshFailed(attempt, handle(), e, since(startNanos));
            throw e;
        }
        locker.listeners().refreshed(attempt, handle(), since(startNanos));
    }

    private void refreshTo(Duration ttl) {
        requireHeld();
        CompletableFuture<Boolean> answer = locker.keepers().submit(() -> askIfHeld(ttl));
        Duration timeout = locker.config().connectionTimeout();
        boolean held;
        SQLException cause = null;
        try {
            held = Uninterruptibly.get(answer, timeout);
        } catch (TimeoutException e) {
            throw Messages.noAnswer(what(), timeout);
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw Messages.mayNotLook(e);
            }
            if (!SqlStates.isSessionLost(e)) {
                // The server did not answer the question, which says nothing of the lock.
                throw Messages.unavailable(what(), e);
            }
            held = false;
            cause = e;
        }
        if (!held && beginLosing()) {
            endLost(cause);
            tellLoss(cause);
        }
        if (!held) {
            throw Messages.notHeld(what(), state());
        }
        requireHeld();
    }

    /**
     * Runs on a keeper thread, one after the other, so that the last ttl that the server hears is the last that is noted. An
     * enforced ttl counts from the moment it is sent, if that makes the deadline earlier: the answer may never come.
     */
    private boolean askIfHeld(Duration ttl) throws SQLException {
        if (!Uninterruptibly.tryLock(refreshing, locker.config().connectionTimeout())) {
            throw Messages.noAnswer(what(), locker.config().connectionTimeout());
        }
        try {
            if (!isAlive()) {
                return life.get() == Life.HELD;
            }
            long sentNanos = System.nanoTime();
            Deadline fresh = Deadline.from(sentNanos, counted(ttl));
            if (enforced()) {
                term = new Term(term.ttl(), term.deadline().earlier(fresh));
                watchTtl();
            }
            boolean held = grant.session().isHeld(grant.lockId(), request.mode(), enforced() ? ttl : null);
            if (held && isAlive()) {
                term = new Term(ttl, fresh);
                proven(sentNanos);
                watchTtl();
            }
            return held;
        } finally {
            refreshing.unlock();
        }
    }

    private boolean isAlive() {
        LockState state = state();
        return state == LockState.HELD || state == LockState.SUSPECT;
    }

    /** A lapsed lock that somebody asks for is given back, since its holder may not use it any more. */
    private void requireHeld() {
        LockState state = state();
        if (state == LockState.LAPSED && beginReleasing()) {
            end();
        }
        if (state != LockState.HELD && state != LockState.SUSPECT) {
            throw Messages.notHeld(what(), state);
        }
    }

    // ---- releasing

    void release() {
        StackReserve.require();
        LockState before = state();
        if (!beginReleasing()) {
            throw Messages.notHeld(what(), state());
        }
        LockState after = end();
        if (after == LockState.LOST || before == LockState.LAPSED) {
            throw Messages.notHeld(what(), after == LockState.LOST ? after : before);
        }
    }

    void close() {
        StackReserve.require();
        LockState before = state();
        if (beginReleasing()) {
            if (before == LockState.LAPSED) {
                Messages.lapsed(what(), ttl());
            }
            end();
        }
    }

    /** Whoever gets true, and nobody else, has to end the lock. */
    private boolean beginReleasing() {
        boolean late = term.deadline().hasPassed();
        if (!life.compareAndSet(Life.HELD, Life.RELEASING)) {
            return false;
        }
        releasingSince = Deadline.after(Duration.ZERO);
        lapsed = late;
        return true;
    }

    private void tellReleaseBegan() {
        if (announced) {
            locker.listeners().releaseBegan(attempt, handle());
        }
    }

    /** Waits until the lock is ended, but not for ever. What came of it: RELEASED or LOST. */
    private LockState end() {
        Duration timeout = locker.config().connectionTimeout();
        tellReleaseBegan();
        try {
            Uninterruptibly.get(unlockOnKeeper(), timeout);
        } catch (TimeoutException e) {
            Messages.releaseUnanswered(what(), timeout);
            settle(Life.RELEASED);
            endSession();
        } catch (SQLException e) {
            throw new IllegalStateException("ending handles its own failures", e);
        }
        tellOutcome();
        return state();
    }

    /**
     * Begins to end the lock, unless somebody has. The future completes when the lock is free or its session ended, which it is
     * in any case after a while.
     */
    CompletableFuture<Void> startEnding() {
        if (!beginReleasing()) {
            return CompletableFuture.completedFuture(null);
        }
        return locker.keepers().run(this::unlockInTime);
    }

    /** As {@link #startEnding}; whether this call began it. */
    boolean startEndingIfHeld() {
        if (!beginReleasing()) {
            return false;
        }
        locker.keepers().run(this::unlockInTime);
        return true;
    }

    /** As {@link #startEnding}, to the end, on this keeper thread. */
    void endOnThisThread() {
        if (beginReleasing()) {
            unlockInTime();
        }
    }

    /** Neither a listener nor a server that does not answer keeps the lock for longer; nor does a listener cost the session. */
    private void unlockInTime() {
        Future<?> anyway = locker.keepers()
                .schedule(
                        () -> locker.keepers().run(this::unlockOrEndSession),
                        locker.config().connectionTimeout());
        tellReleaseBegan();
        anyway.cancel(false);
        unlockOrEndSession();
        tellOutcome();
    }

    private void unlockOrEndSession() {
        Future<?> limit =
                locker.keepers().schedule(this::endSession, locker.config().connectionTimeout());
        try {
            unlock();
        } finally {
            limit.cancel(false);
        }
    }

    /**
     * Ends a lock that an error left without an owner, such as one at the end of a stack: granted, but taken by nobody, or about
     * to be released, by nobody any more.
     */
    void endIfForsaken() {
        boolean untaken = isLongAgo(grantedNanos) && taken.compareAndSet(false, true);
        Deadline releasing = releasingSince;
        boolean stuck =
                life.get() == Life.RELEASING && releasing != null && isLongAgo(releasing.nanos()) && !unlocking.get();
        if (untaken) {
            startEnding();
        } else if (stuck) {
            locker.keepers().run(this::unlockInTime);
        }
    }

    private static boolean isLongAgo(long nanos) {
        return since(nanos).compareTo(INTERRUPTED_AFTER) > 0;
    }

    private CompletableFuture<Void> unlockOnKeeper() {
        return locker.keepers().run(this::unlock);
    }

    /** Runs on a keeper thread, once, after the life moved to RELEASING. */
    private void unlock() {
        if (!unlocking.compareAndSet(false, true)) {
            return;
        }
        boolean wasHeld = false;
        try {
            wasHeld = grant.session().unlock(grant.lockId(), request.mode(), own);
            if (!wasHeld) {
                locker.discard(grant.session(), null);
            } else if (disposed.compareAndSet(false, true)) {
                locker.allocation().giveBack(grant.session(), grant.lockId());
            }
        } catch (Throwable e) {
            // The lock ends with its session. If the session was alive until now, so was the lock.
            lossCause = e;
            wasHeld = !(e instanceof SQLException sql) || !SqlStates.isSessionLost(sql);
            locker.discard(grant.session(), e);
        } finally {
            turn.end();
            locker.forget(this);
            settle(wasHeld || isFreedByLease() ? Life.RELEASED : Life.LOST);
        }
    }

    /**
     * Without waiting for it, or for the statement that may run. The lock is free as soon as the server notices. Does nothing if
     * the session was returned: it may hold other locks by now.
     */
    void endSession() {
        locker.keepers().run(() -> {
            if (disposed.compareAndSet(false, true)) {
                locker.discard(grant.session(), null);
            }
        });
    }

    // ---- losing

    /** The server was seen to hold the lock for us at this moment. */
    synchronized void proven(long nanos) {
        suspectFrom = suspectFrom.later(Deadline.from(nanos, patience()));
        provenMillis = WallClock.millis();
    }

    private Duration patience() {
        return locker.config().checkInterval().plus(locker.config().connectionTimeout());
    }

    /** Whether {@link #tellSuspicion} has something to do. */
    boolean isSuspicionNews() {
        return suspicionTold.get() != (state() == LockState.SUSPECT);
    }

    /** Tells listeners once for each time that the lock becomes suspect. */
    void tellSuspicion() {
        boolean suspect = state() == LockState.SUSPECT;
        if (!suspicionTold.getAndSet(suspect) && suspect) {
            Messages.suspected(what());
            locker.listeners().suspected(attempt, handle());
        }
    }

    /** The lock turned out to be gone: ends its session, and reports that, unless the lock is being ended already. */
    void lose(@Nullable Throwable cause) {
        if (beginLosing()) {
            finishLosing(cause);
        }
    }

    /** A caller that gets true has to call {@link #finishLosing}. A lock whose ttl has passed stays lapsed. */
    boolean beginLosing() {
        return life.compareAndSet(Life.HELD, term.deadline().hasPassed() ? Life.LAPSED : Life.LOSING);
    }

    /** Does not wait for those that are notified. */
    void finishLosing(@Nullable Throwable cause) {
        endLost(cause);
        locker.errands().add(() -> tellLoss(cause));
    }

    private void endLost(@Nullable Throwable cause) {
        locker.tellLossOf(grant.session());
        endTtlWatch();
        turn.end();
        locker.forget(this);
        locker.discard(grant.session(), cause);
    }

    private void tellLoss(@Nullable Throwable cause) {
        if (life.get() == Life.LAPSED) {
            tellEnd();
            Messages.lapsed(what(), ttl());
        } else {
            lossCause = cause;
            settle(Life.LOST);
            tellOutcome();
        }
    }

    /** With the end of an enforced ttl the lock is no more, whatever its holder does: others of this locker may have it, too. */
    synchronized void watchTtl() {
        if (enforced()) {
            if (lapse != null) {
                lapse.cancel(false);
            }
            lapse = locker.keepers()
                    .schedule(
                            () -> locker.keepers().run(this::lapseIfDue),
                            term.deadline().remaining());
        }
    }

    private void lapseIfDue() {
        if (term.deadline().hasPassed()) {
            lose(null);
        }
    }

    /** The server counts an enforced ttl in whole milliseconds. */
    private Duration counted(Duration ttl) {
        return enforced() ? Duration.ofMillis(ttl.toMillis()) : ttl;
    }

    private boolean isFreedByLease() {
        return enforced() && term.deadline().hasPassed();
    }

    /** Decides what became of the lock, unless that was decided before. */
    private void settle(Life outcome) {
        if (life.compareAndSet(Life.RELEASING, outcome) || life.compareAndSet(Life.LOSING, outcome)) {
            endTtlWatch();
        }
    }

    /** To listeners and to the log, once, when it is decided. */
    private void tellOutcome() {
        tellEnd();
        if (life.get() == Life.LOST && lossLogged.compareAndSet(false, true)) {
            Messages.lost(what(), held(), grant.session().pool(), lossCause);
        }
    }

    private synchronized void endTtlWatch() {
        if (lapse != null) {
            lapse.cancel(false);
        }
    }

    // ---- telling

    /** The holder gets this handle now. */
    Handle announce(Duration waited) {
        if (!taken.compareAndSet(false, true)) {
            throw Messages.notHeld(what(), state());
        }
        Handle handle = handle();
        locker.handedOut(handle);
        locker.listeners().acquired(attempt, handle, waited);
        announced = true;
        tellEnd();
        return handle;
    }

    /** Once, when the holder knows of the lock and what became of it is decided, whichever comes later. */
    private void tellEnd() {
        Life end = life.get();
        List<Runnable> actions;
        synchronized (this) {
            if (!announced || onLost == null || (end != Life.RELEASED && end != Life.LOST && end != Life.LAPSED)) {
                return;
            }
            actions = onLost;
            onLost = null;
        }
        if (end != Life.LOST) {
            tellReleased();
        } else {
            actions.forEach(this::run);
            locker.listeners().lost(attempt, handle(), held());
        }
    }

    private void tellReleased() {
        if (lapsed || life.get() == Life.LAPSED) {
            locker.listeners().lapsed(attempt, handle(), held());
        } else {
            locker.listeners().released(attempt, handle(), held());
        }
    }

    private Handle handle() {
        return new Handle(this);
    }

    private Duration held() {
        return since(grantedNanos);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /** Whether the server, being too old, would keep the lock of a JVM that is frozen or cut off. */
    boolean isWithoutHeartbeat() {
        return !enforced()
                && !locker.config().heartbeat().isZero()
                && grant.session().lifetime() == null;
    }

    boolean enforced() {
        return request.lease() == Lease.ENFORCED;
    }

    String key() {
        return request.key();
    }

    String name() {
        return request.name();
    }

    /** As messages show it. */
    String what() {
        return Messages.lock(attempt);
    }
}
