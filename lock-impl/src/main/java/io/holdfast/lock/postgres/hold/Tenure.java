// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.session.Lifetime;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.SessionUsers;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.WallClock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The time from the server's grant of a lock to one session until the unlock, or until the end of that session. The
 * locker checks, keeps alive and ends tenures; a {@link Holder} has the lock during a tenure. Until it has ended, the
 * tenure owns the session, or the lock's place on a shared session.
 */
public final class Tenure {

    /** The account of all tenures, as far as a tenure uses it. */
    interface Registry extends SessionUsers {

        /**
         * Logs once that a session with several locks has ended. To be called before one of these locks is forgotten.
         */
        void reportLoss(LockSession session);

        /** To be called when the tenure has ended. */
        void forget(Tenure tenure);
    }

    /**
     * The result of an unlock.
     *
     * @param wasHeld whether the server had the lock until then
     * @param failure why the server did not answer; null if it did
     */
    record Unlocked(boolean wasHeld, @Nullable Throwable failure) {}

    private final Grant grant;
    private final LockMode mode;
    private final boolean enforced;
    private final SessionAllocation allocation;
    private final Registry registry;
    private final Duration patience;
    private final Runnable onEnd;

    /** Written once, before the tenure is registered. */
    private volatile @Nullable Holder holder;

    /** The moment from which the last proof that the lock is held is too old. */
    private volatile Deadline suspectFrom;

    /** The moment at which the last proof was noted, by the wall clock. */
    private volatile long provenMillis = WallClock.millis();

    /** Whether a thread is unlocking or has unlocked. */
    private final AtomicBoolean unlocking = new AtomicBoolean();

    /** Whether the session was returned or retired; the first of the two wins. */
    private final AtomicBoolean disposed = new AtomicBoolean();

    /**
     * Takes over the session, or the lock's place on it.
     *
     * @param patience how long a proof that the lock is held is valid
     * @param onEnd the action to run when the tenure has ended, so that others may have the lock
     */
    Tenure(
            Grant grant,
            LockRequest request,
            SessionAllocation allocation,
            Registry registry,
            Duration patience,
            Runnable onEnd) {
        this.grant = grant;
        this.mode = request.mode();
        this.enforced = request.lease() == Lease.ENFORCED;
        this.allocation = allocation;
        this.registry = registry;
        this.patience = patience;
        this.onEnd = onEnd;
        this.suspectFrom = Deadline.after(patience);
    }

    void begin(Holder holder) {
        this.holder = holder;
    }

    public Holder holder() {
        return requireNonNull(holder);
    }

    LockSession session() {
        return grant.session();
    }

    public long lockId() {
        return grant.lockId();
    }

    LockMode mode() {
        return mode;
    }

    /** Whether the server ends the session when the ttl has passed. */
    boolean isEnforced() {
        return enforced;
    }

    Optional<FencingToken> fencingToken() {
        return Optional.ofNullable(grant.token());
    }

    // ---- proofs

    /** To be called when the server has proven that the session held the lock at this moment. */
    synchronized void proven(long nanos) {
        suspectFrom = suspectFrom.later(Deadline.from(nanos, patience));
        provenMillis = WallClock.millis();
    }

    /** Whether the last proof was noted before this moment of the wall clock. */
    boolean isProvenBefore(long wallMillis) {
        return provenMillis < wallMillis;
    }

    /** Whether it is not certain that the server still has the lock. */
    boolean isDoubtful() {
        Lifetime lifetime = lifetime();
        return suspectFrom.mayHavePassed() || lifetime != null && lifetime.mayHaveEnded();
    }

    /** Whether the server has ended the session because of its silence, as far as this side can know. */
    boolean isSessionOver() {
        Lifetime lifetime = lifetime();
        return lifetime != null && lifetime.hasEnded();
    }

    /** Returns null if silence does not end the session. Under an enforced lease the ttl counts instead. */
    private @Nullable Lifetime lifetime() {
        return enforced ? null : session().lifetime();
    }

    /** Whether the server is so old that it would keep the lock of a JVM that is frozen or cut off. */
    boolean isWithoutHeartbeat() {
        return !enforced && session().lifetime() == null;
    }

    /**
     * Asks the server whether the session still holds the lock.
     *
     * @param ttl the new ttl that the server is to enforce; null if the lease is advisory
     */
    boolean refresh(@Nullable Duration ttl) throws SQLException {
        return session().refresh(lockId(), mode, ttl);
    }

    // ---- the end

    /** Whether the unlock has begun. */
    boolean isUnlocking() {
        return unlocking.get();
    }

    /** The caller may call {@link #unlock} if this returns true, and only then. */
    boolean beginUnlocking() {
        return unlocking.compareAndSet(false, true);
    }

    /** Unlocks on the server, and returns the session to the pool, or retires it if it is doubtful. Blocks on JDBC. */
    Unlocked unlock() {
        try {
            boolean wasHeld = session().unlock(lockId(), mode, grant.dedicated());
            if (!wasHeld) {
                registry.retire(session(), null);
            } else if (disposed.compareAndSet(false, true)) {
                allocation.putBack(session(), lockId());
            }
            return new Unlocked(wasHeld, null);
        } catch (Throwable e) {
            // The lock ends with its session. If the session was alive until now, so was the lock.
            boolean wasHeld = !(e instanceof SQLException sql) || !SqlStates.isSessionLost(sql);
            registry.retire(session(), e);
            return new Unlocked(wasHeld, e);
        } finally {
            end();
        }
    }

    /** Retires the session, unless it was returned: in that case it may hold other locks by now. */
    void retireUnlessReturned() {
        if (disposed.compareAndSet(false, true)) {
            registry.retire(session(), null);
        }
    }

    /**
     * Ends the tenure, and the session, of a lock that is gone.
     *
     * @param cause why the lock is gone; null if there is no exception for it
     */
    void endLost(@Nullable Throwable cause) {
        registry.reportLoss(session());
        end();
        registry.retire(session(), cause);
    }

    private void end() {
        onEnd.run();
        registry.forget(this);
    }
}
