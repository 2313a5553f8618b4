// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.session.Lifetime;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionUsers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The time from the server's grant of a lock to one session until the unlock, or until the end of that session. The
 * locker checks, keeps alive and ends tenures; one {@link Holder} after the other has the lock during a tenure. Until
 * it has ended, the tenure owns the session, or the lock's place on a shared session.
 *
 * <p>A release passes the tenure on to the next that waits in this JVM, without asking the server, if the server has
 * proven the lock a moment ago. A loss, an unlock and a hand-over exclude each other: see {@link #lose},
 * {@link #beginUnlocking} and {@link #passOn}.
 */
public final class Tenure {

    /**
     * One grant serves at most this many holders after the first, so that others get the lock, too. Fencing tokens
     * depend on it: there are at least that many numbers between the tokens of two grants.
     */
    static final int MOST_HAND_OVERS = 63;

    /**
     * The first renewal of a grant serves at most this many holders after the first, and each further renewal twice as
     * many holders. The lock may have come from another JVM, which needs some time until it waits in the server's queue
     * again, and is not to miss a whole tenure for that.
     */
    private static final int FEW_HAND_OVERS = 7;

    /** The account of all tenures, as far as a tenure uses it. */
    interface Registry extends SessionUsers {

        /**
         * Logs once that a session with several locks has ended. To be called before one of these locks is forgotten.
         */
        void reportLoss(LockSession session);

        void add(Tenure tenure);

        /** To be called when the tenure has ended. */
        void forget(Tenure tenure);

        /** Whether locks may pass from holder to holder: the locker is open, and nobody waits for a session. */
        boolean mayPassOn();
    }

    /**
     * What a tenure is subject to.
     *
     * @param patience how long a proof that the lock is held is valid
     * @param handOver for how long after a proof the lock may pass to another holder; zero for never
     */
    record Terms(Duration patience, Duration handOver) {}

    private final Grant grant;
    private final LockRequest request;
    private final boolean enforced;
    private final Terms terms;
    private final Registry registry;

    /** How many holders may follow the first. */
    private final int mostHandOvers;

    /** How many holders may follow the first of the next tenure, if this one is renewed. */
    private final int mostAfterRenewal;

    private final Occupancy<Tenure> occupancy;
    private final Proof proof;

    /** Whether the session was returned, retired or taken over; the first of these wins. */
    private final AtomicBoolean disposed = new AtomicBoolean();

    /** The tenure that has taken the session over; null if none has. */
    private volatile @Nullable Tenure renewal;

    /**
     * Takes over the session, or the lock's place on it, from a grant whose answer has just arrived.
     *
     * @param place the place of the holder, which ends when the tenure has ended, so that others may have the lock
     */
    Tenure(Grant grant, LockRequest request, Terms terms, Registry registry, Place<Tenure> place) {
        this(grant, request, terms, registry, place, MOST_HAND_OVERS, FEW_HAND_OVERS);
    }

    private Tenure(
            Grant grant,
            LockRequest request,
            Terms terms,
            Registry registry,
            Place<Tenure> place,
            int mostHandOvers,
            int mostAfterRenewal) {
        this.grant = grant;
        this.request = request;
        this.enforced = request.lease() == Lease.ENFORCED;
        this.terms = terms;
        this.registry = registry;
        this.mostHandOvers = mostHandOvers;
        this.mostAfterRenewal = mostAfterRenewal;
        this.occupancy = new Occupancy<>(place);
        this.proof = new Proof(grant.provenNanos(), terms.patience());
    }

    // ---- the holder

    /**
     * Gives the tenure to a holder.
     *
     * @return whether the lock is still held; otherwise it was lost on its way to the holder, who has to lose it
     */
    boolean begin(Holder next) {
        return occupancy.begin(next);
    }

    /** Empty while the tenure passes from one holder to the next. */
    Optional<Holder> holder() {
        return occupancy.holder();
    }

    /** Whether an error has stopped the tenure on its way to the next holder. */
    boolean isStranded(Duration limit) {
        return occupancy.isStranded(limit);
    }

    /**
     * Passes the lock on to the next that waits in this JVM. The server is not asked.
     *
     * @param from the holder that releases it; null if there is none
     * @return whether it was passed on, and belongs to somebody else now
     */
    boolean passOn(@Nullable Holder from) {
        if (!occupancy.place().isAwaited()) {
            return false;
        }
        Place<Tenure> next =
                occupancy.passOn(from, () -> mayPassOn() && (from == null || isWithinBounds()), grant.token() != null);
        if (next == null) {
            return false;
        }
        if (from != null) {
            proof.released();
        }
        next.deliver(this);
        return true;
    }

    /** Whether the server has proven the lock a moment ago, and has not served many holders since its grant. */
    private boolean isWithinBounds() {
        return occupancy.handOvers() < mostHandOvers && proof.isYoungerThan(terms.handOver());
    }

    private boolean mayPassOn() {
        Lifetime lifetime = lifetime();
        return mode() == LockMode.EXCLUSIVE
                && !enforced
                && !isDoubtful()
                && (lifetime == null || !lifetime.isTouchDue())
                && !session().isGone()
                && !session().mustEnd()
                && registry.mayPassOn();
    }

    /**
     * Returns the request of the next that waits in this JVM, for which the lock may be tried again on this session;
     * null if there is none.
     */
    @Nullable
    LockRequest next() {
        Place<Tenure> place = occupancy.place();
        return mode() == LockMode.EXCLUSIVE && !enforced && place.isAwaited() && registry.mayPassOn()
                ? place.next()
                : null;
    }

    /**
     * Begins the next tenure of the lock, which the server has granted again to the same session.
     *
     * @param sentNanos when the server was asked for that
     */
    Tenure renewed(@Nullable FencingToken token, long sentNanos) {
        Grant again = new Grant(session(), lockId(), grant.dedicated(), token, sentNanos, sentNanos);
        Tenure next = new Tenure(
                again,
                request,
                terms,
                registry,
                occupancy.place(),
                mostAfterRenewal,
                Math.min(MOST_HAND_OVERS, 2 * mostAfterRenewal + 1));
        registry.add(next);
        registry.forget(this);
        renewal = next;
        return next;
    }

    /** To be called when the server has given the lock to another session, before this tenure ends. */
    void markNextRefused() {
        occupancy.place().markNextRefused();
    }

    LockSession session() {
        return grant.session();
    }

    public long lockId() {
        return grant.lockId();
    }

    public String key() {
        return request.key();
    }

    /** Whether the session is for this lock alone. */
    boolean isDedicated() {
        return grant.dedicated();
    }

    LockMode mode() {
        return request.mode();
    }

    /** Whether the server ends the session when the ttl has passed. */
    boolean isEnforced() {
        return enforced;
    }

    /** The token of the present holder: each holder has a number of its own between the numbers of two grants. */
    Optional<FencingToken> fencingToken() {
        return Optional.ofNullable(grant.token())
                .map(first -> new FencingToken(first.timeline(), first.position() + occupancy.handOvers()));
    }

    // ---- proofs

    /** To be called when the server has proven that the session held the lock at this moment. */
    void proven(long nanos) {
        proof.renew(nanos);
    }

    /** Whether the last proof was noted before this moment of the wall clock. */
    boolean isProvenBefore(long wallMillis) {
        return proof.isNotedBefore(wallMillis);
    }

    /** Whether it is not certain that the server still has the lock. */
    boolean isDoubtful() {
        Lifetime lifetime = lifetime();
        return proof.isTooOld() || lifetime != null && lifetime.mayHaveEnded();
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
        return session().refresh(lockId(), mode(), ttl);
    }

    // ---- the end

    /**
     * Notes that the lock is gone: from now on the tenure passes to nobody. The caller has to mark the holder.
     *
     * @return the holder that has lost it, unless it is unlocking; null while the tenure passes to the next holder, who
     *     finds that it is lost
     */
    @Nullable
    Holder lose() {
        return occupancy.lose();
    }

    /** Whether the unlock has begun. */
    boolean isUnlocking() {
        return occupancy.isUnlocking();
    }

    /**
     * Whether the caller has to unlock. Only one caller has to, and no longer if the lock was passed on.
     *
     * @param from the holder that releases the lock; null if there is none
     */
    boolean beginUnlocking(@Nullable Holder from) {
        return occupancy.beginUnlocking(from);
    }

    /** Whether the caller has to dispose of the session, or passes it on. Only one caller has to. */
    boolean beginDisposing() {
        return disposed.compareAndSet(false, true);
    }

    /**
     * Retires the session, unless it was returned or the lock was passed on: then it may have other holders by now. A
     * tenure that was renewed for nobody, and is unlocking again, belongs to the same release.
     */
    void retireUnlessReturned(Holder from) {
        Tenure renewed = renewal;
        boolean disposing = renewed == null
                ? occupancy.isOf(from) && beginDisposing()
                : renewed.occupancy.isOf(null) && renewed.isUnlocking() && renewed.beginDisposing();
        if (disposing) {
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
        reportUnproven();
        end();
        registry.retire(session(), cause);
    }

    /** Ends the tenure: the next here may ask the server. */
    void end() {
        occupancy.place().end();
        registry.forget(this);
    }

    /** Logs once how many holders have released a lock that is gone, without a proof that it was still held. */
    void reportUnproven() {
        int releases = proof.takeReleases();
        if (releases > 0) {
            Messages.unprovenReleases(Shown.lock(key(), lockId()), releases);
        }
    }
}
