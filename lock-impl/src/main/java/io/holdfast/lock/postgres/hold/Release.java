// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/**
 * Ends the time of a holder in bounded time, once its life has left HELD, and reports the outcome. The tenure of the
 * lock passes to the next that waits in this JVM, or ends. A slow listener or a server that does not answer cannot
 * prevent the end: a session that does not answer is retired.
 */
final class Release {

    private final Holder holder;
    private final Tenure tenure;
    private final Unlocker unlocker;
    private final LockLife life;
    private final Ttl ttl;
    private final HolderEvents events;
    private final Keepers keepers;
    private final Duration timeout;

    Release(
            Holder holder,
            Tenure tenure,
            Unlocker unlocker,
            LockLife life,
            Ttl ttl,
            HolderEvents events,
            Keepers keepers,
            Duration timeout) {
        this.holder = holder;
        this.tenure = tenure;
        this.unlocker = unlocker;
        this.life = life;
        this.ttl = ttl;
        this.events = events;
        this.keepers = keepers;
        this.timeout = timeout;
    }

    /**
     * Passes the lock on, or unlocks, and then blocks until the server has answered, or the timeout has passed.
     *
     * @param onThisThread whether the calling thread may do it; otherwise a keeper does
     */
    void await(boolean onThisThread) {
        events.releaseBegan();
        if (!onThisThread) {
            awaitUnlock();
        } else if (!passOn()) {
            if (unlocker.mayUnlockHere(tenure)) {
                unlock();
                if (tenure.session().isTooSlow()) {
                    Messages.releaseUnanswered(Shown.lock(holder.attempt()), timeout);
                }
            } else {
                awaitUnlock();
            }
        }
        report();
    }

    private void awaitUnlock() {
        try {
            Uninterruptibly.get(keepers.run(this::unlock), timeout);
        } catch (TimeoutException e) {
            Messages.releaseUnanswered(Shown.lock(holder.attempt()), timeout);
            life.released();
            retireSession();
        } catch (SQLException e) {
            throw new IllegalStateException("ending handles its own failures", e);
        }
    }

    /** Without asking the server; false if the lock has to be unlocked. */
    private boolean passOn() {
        boolean passed = !ttl.hasPassed() && tenure.passOn(holder);
        if (passed) {
            life.released();
        }
        return passed;
    }

    /** Unlocks without blocking the caller. The future completes when the lock is free or its session has ended. */
    CompletableFuture<Void> start() {
        return keepers.run(this::unlockInTime);
    }

    /** Unlocks on the calling keeper thread, in bounded time even if a listener or the server hangs. */
    void unlockInTime() {
        Future<?> despiteListeners = keepers.schedule(() -> keepers.run(this::unlockOrRetire), timeout);
        events.releaseBegan();
        despiteListeners.cancel(false);
        unlockOrRetire();
        report();
    }

    private void unlockOrRetire() {
        Future<?> limit = keepers.schedule(this::retireSession, timeout);
        try {
            unlock();
        } finally {
            limit.cancel(false);
        }
    }

    /** Retires the session, without waiting for that, or for a statement that may run on it. */
    void retireSession() {
        keepers.run(() -> tenure.retireUnlessReturned(holder));
    }

    /** Unlocks on the server; only the first call has an effect. */
    private void unlock() {
        if (passOn() || !tenure.beginUnlocking(holder)) {
            return;
        }
        boolean lost = false;
        Throwable failure = null;
        try {
            Unlocker.Unlocked answer = unlocker.unlock(tenure);
            failure = answer.failure();
            lost = !answer.wasHeld() && !ttl.isEnforcedAndPassed();
        } finally {
            // If an error has stopped the unlock, the lock was held as far as is known, and the watch ends the session.
            ttl.stopWatching();
            if (lost) {
                life.lost(failure);
            } else {
                life.released();
            }
        }
    }

    /** Reports the outcome once it is decided. */
    void report() {
        life.end().ifPresent(end -> events.ended(end, tenure.session().pool(), life.lossCause()));
    }
}
