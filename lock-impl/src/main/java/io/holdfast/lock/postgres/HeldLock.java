// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.LocalQueues.Turn;
import io.holdfast.lock.spi.LockAttempt;
import jakarta.annotation.Nullable;
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

/**
 * A granted lock, and the one owner of its session or of its share in one. Its life is one field that moves forward only:
 *
 * <pre>
 *   HELD --release, close--&gt; RELEASING --the lock was held---&gt; RELEASED
 *     |                          |
 *     |                          +-----the lock was gone----&gt; LOST
 *     +--found to be gone------&gt; LOSING ---------------------&gt; LOST
 * </pre>
 *
 * Whoever moves it out of HELD, and nobody else, disposes of the session and of the local turn. LAPSED is HELD after the ttl
 * has passed, and SUSPECT is HELD without a proof for too long. The outside sees RELEASING as RELEASED, and LOSING as LOST.
 */
final class HeldLock {

    private enum Life {
        HELD,
        RELEASING,
        RELEASED,
        LOSING,
        LOST
    }

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

    /** Whether listeners know of the suspicion. */
    private final AtomicBoolean suspicionTold = new AtomicBoolean();

    /** Whether the ttl had passed when the release began; written once, by whoever began it. */
    private volatile boolean lapsed;

    /** Whether the holder has been told; what happens to others is nobody's business. */
    private volatile boolean announced;

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
        };
    }

    /** Whoever sees that the server has given the session up makes it final at once, so that nobody sees it held again. */
    private LockState stateOfHeld() {
        Lifetime lifetime = enforced() ? null : grant.session().lifetime();
        if (lifetime != null && lifetime.hasEnded()) {
            startLosing(null);
            return state();
        }
        if (term.deadline().hasPassed()) {
            return LockState.LAPSED;
        }
        return suspectFrom.hasPassed() ? LockState.SUSPECT : LockState.HELD;
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
            Messages.onLostFailed(key(), e);
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
            if (SqlStates.isSessionUnharmed(e)) {
                throw Messages.unavailable(what(), e);
            }
            held = false;
            cause = e;
        }
        if (!held) {
            lose(cause);
            throw Messages.notHeld(key(), state());
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
            }
            boolean held = grant.session().isHeld(grant.lockId(), request.mode(), enforced() ? ttl : null);
            if (held && isAlive()) {
                term = new Term(ttl, fresh);
                proven(sentNanos);
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
            throw Messages.notHeld(key(), state);
        }
    }

    // ---- releasing

    void release() {
        LockState before = state();
        if (!beginReleasing()) {
            throw Messages.notHeld(key(), state());
        }
        LockState after = end();
        if (after == LockState.LOST || before == LockState.LAPSED) {
            throw Messages.notHeld(key(), after == LockState.LOST ? after : before);
        }
    }

    void close() {
        LockState before = state();
        if (beginReleasing()) {
            if (before == LockState.LAPSED) {
                Messages.lapsed(key(), ttl());
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
        lapsed = late;
        if (announced) {
            locker.listeners().releaseBegan(attempt, handle());
        }
        return true;
    }

    /** Waits until the lock is ended, but not for ever. What came of it: RELEASED or LOST. */
    private LockState end() {
        Duration timeout = locker.config().connectionTimeout();
        try {
            Uninterruptibly.get(unlockOnKeeper(), timeout);
        } catch (TimeoutException e) {
            Messages.releaseUnanswered(key(), timeout);
            settle(Life.RELEASED);
            endSession();
        } catch (SQLException e) {
            throw new IllegalStateException("ending handles its own failures", e);
        }
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
        return locker.keepers().submit(() -> {
            unlockInTime();
            return null;
        });
    }

    /** As {@link #startEnding}, to the end, on this keeper thread. */
    void endOnThisThread() {
        if (beginReleasing()) {
            unlockInTime();
        }
    }

    private void unlockInTime() {
        Future<?> limit =
                locker.keepers().schedule(this::endSession, locker.config().connectionTimeout());
        try {
            unlock();
        } finally {
            limit.cancel(false);
        }
    }

    private CompletableFuture<Void> unlockOnKeeper() {
        return locker.keepers().submit(() -> {
            unlock();
            return null;
        });
    }

    /** Runs on a keeper thread, once, after the life moved to RELEASING. */
    private void unlock() {
        boolean wasHeld = false;
        Exception cause = null;
        try {
            wasHeld = grant.session().unlock(grant.lockId(), request.mode(), own);
            if (wasHeld) {
                locker.allocation().giveBack(grant.session(), grant.lockId());
            } else {
                locker.discard(grant.session(), null);
            }
        } catch (SQLException | RuntimeException e) {
            // The lock ends with its session. If the session was alive until now, so was the lock.
            cause = e;
            wasHeld = !(e instanceof SQLException sql) || !SqlStates.isSessionLost(sql);
            locker.discard(grant.session(), e);
        } finally {
            finish(wasHeld || isFreedByLease() ? Life.RELEASED : Life.LOST, cause);
        }
    }

    /** Without waiting for it, or for the statement that may run. The lock is free as soon as the server notices. */
    void endSession() {
        locker.keepers().submit(() -> {
            locker.discard(grant.session(), null);
            return null;
        });
    }

    // ---- losing

    /** The server was seen to hold the lock for us at this moment. */
    synchronized void proven(long nanos) {
        suspectFrom = suspectFrom.later(Deadline.from(nanos, patience()));
    }

    private Duration patience() {
        return locker.config().checkInterval().plus(locker.config().connectionTimeout());
    }

    /** Tells listeners once for each time that the lock becomes suspect. */
    void tellSuspicion() {
        boolean suspect = state() == LockState.SUSPECT;
        if (!suspicionTold.getAndSet(suspect) && suspect) {
            Messages.suspected(key());
            locker.listeners().suspected(attempt, handle());
        }
    }

    /**
     * The lock turned out to be gone: tells so and ends its session, unless the lock is being ended already. An enforced lock
     * that lapsed was to be freed by the server, so it stays lapsed until its holder ends it.
     */
    void lose(@Nullable Throwable cause) {
        if (isFreedByLease()) {
            return;
        }
        if (life.compareAndSet(Life.HELD, Life.LOSING)) {
            finishLosing(cause);
        }
    }

    /** As {@link #lose}; what takes its time is done on a keeper thread. */
    private void startLosing(@Nullable Throwable cause) {
        if (life.compareAndSet(Life.HELD, Life.LOSING)) {
            locker.keepers().submit(() -> {
                finishLosing(cause);
                return null;
            });
        }
    }

    private void finishLosing(@Nullable Throwable cause) {
        finish(Life.LOST, cause);
        locker.discard(grant.session(), cause);
    }

    /** The server counts an enforced ttl in whole milliseconds. */
    private Duration counted(Duration ttl) {
        return enforced() ? Duration.ofMillis(ttl.toMillis()) : ttl;
    }

    private boolean isFreedByLease() {
        return enforced() && term.deadline().hasPassed();
    }

    /** The last step of every life. */
    private void finish(Life outcome, @Nullable Throwable cause) {
        turn.end();
        locker.forget(this);
        if (settle(outcome) && outcome == Life.LOST) {
            Messages.lost(key(), held(), grant.session().pool(), cause);
        }
    }

    /** Decides what became of the lock, and tells; false if that was decided before. */
    private boolean settle(Life outcome) {
        if (!life.compareAndSet(Life.RELEASING, outcome) && !life.compareAndSet(Life.LOSING, outcome)) {
            return false;
        }
        tellEnd();
        return true;
    }

    // ---- telling

    /** The holder gets this handle now. */
    Handle announce(Duration waited) {
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
            if (!announced || onLost == null || (end != Life.RELEASED && end != Life.LOST)) {
                return;
            }
            actions = onLost;
            onLost = null;
        }
        if (end == Life.RELEASED) {
            tellReleased();
        } else {
            actions.forEach(this::run);
            locker.listeners().lost(attempt, handle(), held());
        }
    }

    private void tellReleased() {
        if (lapsed) {
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

    private String what() {
        return "lock '" + key() + "'";
    }
}
