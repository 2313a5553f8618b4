// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.LocalQueues.Turn;
import jakarta.annotation.Nullable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A granted lock and the one owner of its session. Its life is one field that moves forward only:
 *
 * <pre>
 *   HELD --release, close--&gt; ENDING --the lock was held--&gt; RELEASED
 *     |                        |
 *     |                        +----the lock was gone----&gt; LOST
 *     +--refresh finds the lock gone----------------------&gt; LOST
 * </pre>
 *
 * Whoever moves it out of HELD, and nobody else, disposes of the session and of the local turn. LAPSED is HELD after its
 * deadline. The outside sees ENDING as RELEASED.
 */
final class HeldLock implements LockHandle {

    private enum Life {
        HELD,
        ENDING,
        RELEASED,
        LOST
    }

    /**
     * What the server granted. {@code idleTimeoutBefore} is to be restored if the lease is enforced; {@code ttlStartNanos} is
     * not later than the moment when the server began to count.
     */
    record Grant(
            LockSession session,
            long lockId,
            int backendPid,
            @Nullable String idleTimeoutBefore,
            long ttlStartNanos) {}

    private final PostgresLocker locker;
    private final LockRequest request;
    private final Grant grant;
    private final Turn turn;
    private final long grantedNanos = System.nanoTime();
    private final AtomicReference<Life> life = new AtomicReference<>(Life.HELD);

    private final ReentrantLock refreshing = new ReentrantLock();

    /** Ttl and the moment when it passes. Written by refreshes, which hold the lock above. */
    private volatile Term term;

    /** Whether the holder has been told; what happens to others is nobody's business. */
    private volatile boolean announced;

    private record Term(Duration ttl, Deadline deadline) {}

    HeldLock(PostgresLocker locker, LockRequest request, Grant grant, Turn turn) {
        this.locker = locker;
        this.request = request;
        this.grant = grant;
        this.turn = turn;
        this.term = new Term(request.ttl(), Deadline.from(grant.ttlStartNanos(), request.ttl()));
    }

    @Override
    public String key() {
        return request.key();
    }

    @Override
    public LockMode mode() {
        return request.mode();
    }

    @Override
    public Duration ttl() {
        return term.ttl();
    }

    @Override
    public LockState state() {
        return switch (life.get()) {
            case HELD -> term.deadline().hasPassed() ? LockState.LAPSED : LockState.HELD;
            case ENDING, RELEASED -> LockState.RELEASED;
            case LOST -> LockState.LOST;
        };
    }

    @Override
    public void refresh(Duration ttl) {
        LockRequest refreshed = enforced() ? request.enforcedTtl(ttl) : request.ttl(ttl);
        requireHeld();
        CompletableFuture<Boolean> answer = locker.keepers().submit(() -> askIfHeld(refreshed.ttl()));
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
        locker.listeners().refreshed(this);
    }

    /**
     * Runs on a keeper thread, one after the other, so that the last ttl that the server hears is the last that is noted. An
     * enforced ttl counts from the moment it is sent, if that makes the deadline earlier: the answer may never come.
     */
    private boolean askIfHeld(Duration ttl) throws SQLException {
        refreshing.lock();
        try {
            if (state() != LockState.HELD) {
                return life.get() == Life.HELD;
            }
            Deadline fresh = Deadline.after(ttl);
            if (enforced()) {
                term = new Term(term.ttl(), term.deadline().earlier(fresh));
            }
            boolean held = grant.session().isHeld(grant.lockId(), mode(), grant.backendPid(), enforced() ? ttl : null);
            if (held && state() == LockState.HELD) {
                term = new Term(ttl, fresh);
            }
            return held;
        } finally {
            refreshing.unlock();
        }
    }

    @Override
    public void release() {
        LockState before = state();
        if (!beginEnding()) {
            throw Messages.notHeld(key(), state());
        }
        LockState after = end();
        if (after == LockState.LOST || before == LockState.LAPSED) {
            throw Messages.notHeld(key(), after == LockState.LOST ? after : before);
        }
    }

    @Override
    public void close() {
        LockState before = state();
        if (beginEnding()) {
            if (before == LockState.LAPSED) {
                Messages.lapsed(key(), ttl());
            }
            end();
        }
    }

    /** Whoever gets true, and nobody else, has to end the lock. */
    private boolean beginEnding() {
        return life.compareAndSet(Life.HELD, Life.ENDING);
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

    /** Begins to end the lock, unless somebody has. The future completes when the lock is free or its session ended. */
    CompletableFuture<Void> startEnding() {
        return beginEnding() ? unlockOnKeeper() : CompletableFuture.completedFuture(null);
    }

    /** As {@link #startEnding}, to the end, on this keeper thread. */
    void endOnThisThread() {
        if (beginEnding()) {
            unlock();
        }
    }

    private CompletableFuture<Void> unlockOnKeeper() {
        return locker.keepers().submit(() -> {
            unlock();
            return null;
        });
    }

    /** Runs on a keeper thread, once, after the life moved to ENDING. */
    private void unlock() {
        boolean wasHeld = false;
        Exception cause = null;
        try {
            wasHeld = grant.session().unlock(grant.lockId(), mode(), enforced() ? grant.idleTimeoutBefore() : null);
            if (wasHeld) {
                locker.sessions().giveBack(grant.session());
            } else {
                grant.session().end();
            }
        } catch (SQLException | RuntimeException e) {
            // The lock ends with its session. If the session was alive until now, so was the lock.
            cause = e;
            wasHeld = !(e instanceof SQLException sql) || !SqlStates.isSessionLost(sql);
            grant.session().end();
        } finally {
            finish(wasHeld, cause);
        }
    }

    /** The session turned out not to hold the lock: ends it, unless somebody is ending the lock already. */
    private void lose(@Nullable SQLException cause) {
        if (beginEnding()) {
            endSession();
            finish(false, cause);
        }
    }

    /** The last step of every life. */
    private void finish(boolean wasHeld, @Nullable Exception cause) {
        turn.end();
        locker.forget(this);
        if (settle(wasHeld ? Life.RELEASED : Life.LOST) && !wasHeld) {
            Messages.lost(key(), held(), cause);
        }
    }

    /** Decides what became of the lock, and tells; false if that was decided before. */
    private boolean settle(Life outcome) {
        if (!life.compareAndSet(Life.ENDING, outcome)) {
            return false;
        }
        if (announced && outcome == Life.RELEASED) {
            locker.listeners().released(this, held());
        } else if (announced) {
            locker.listeners().lost(this, held());
        }
        return true;
    }

    private Duration held() {
        return Duration.ofNanos(System.nanoTime() - grantedNanos);
    }

    /** The holder gets the lock now. */
    void announce(Duration waited) {
        announced = true;
        locker.listeners().acquired(this, waited);
    }

    /** Without waiting for it, or for the statement that may run. The lock is free as soon as the server notices. */
    void endSession() {
        locker.keepers().submit(() -> {
            grant.session().end();
            return null;
        });
    }

    /** A lapsed lock that somebody asks for is given back, since its holder may not use it any more. */
    private void requireHeld() {
        LockState state = state();
        if (state == LockState.LAPSED && beginEnding()) {
            end();
        }
        if (state != LockState.HELD) {
            throw Messages.notHeld(key(), state);
        }
    }

    private boolean enforced() {
        return request.lease() == Lease.ENFORCED;
    }

    private String what() {
        return "lock '" + key() + "'";
    }

    @Override
    public String toString() {
        return "LockHandle[" + key() + ", " + mode() + ", " + state() + "]";
    }
}
