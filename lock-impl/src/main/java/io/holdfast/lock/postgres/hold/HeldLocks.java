// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.postgres.thread.WorkQueue;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Turns grants into held locks, and ends all of them when the locker closes. */
public final class HeldLocks {

    private final Tenures tenures;
    private final Unlocker unlocker;
    private final Tenure.Terms terms;
    private final Listeners listeners;
    private final Keepers keepers;
    private final WorkQueue notifications;
    private final LockerConfig config;
    private final AbandonedHandles abandonedHandles = new AbandonedHandles();
    private final LockWatch watch;
    private final AtomicBoolean noHeartbeatReported = new AtomicBoolean();
    private volatile boolean closed;

    public HeldLocks(
            Tenures tenures,
            SessionAllocation allocation,
            Servers servers,
            Listeners listeners,
            Keepers keepers,
            LockerConfig config) {
        this.tenures = tenures;
        this.unlocker = new Unlocker(allocation, tenures);
        this.terms = new Tenure.Terms(config.checkInterval().plus(config.answerTimeout()), config.handOver());
        this.listeners = listeners;
        this.keepers = keepers;
        this.notifications = new WorkQueue(keepers);
        this.config = config;
        this.watch = new LockWatch(
                tenures,
                abandonedHandles,
                new LockCheck(tenures, servers, keepers),
                new Heartbeat(tenures, keepers),
                keepers,
                notifications,
                config);
    }

    /**
     * Begins the tenure of a lock, which owns the session from now on. If the locker closes, or the session is retired,
     * while the lock is granted, the lock is ended by the method that comes second: this one, or {@link #endAll} or
     * {@link Tenures#retire}.
     *
     * @param place the place of the holder in the local queue
     */
    public HeldLock hold(Grant grant, LockAttempt attempt, Place<Tenure> place) {
        Tenure tenure = new Tenure(grant, attempt.request(), terms, tenures, place);
        HeldLock lock = heldLock(tenure, attempt, grant.ttlStartNanos());
        tenure.begin(lock);
        tenures.add(tenure);
        lock.watchTtl();
        if (closed) {
            lock.startEnding();
        } else if (tenure.session().isGone()) {
            Tenures.loseAll(List.of(tenure));
        }
        watch.start();
        if (tenure.isWithoutHeartbeat()
                && !config.heartbeat().isZero()
                && noHeartbeatReported.compareAndSet(false, true)) {
            Messages.noHeartbeat();
        }
        return lock;
    }

    /**
     * Takes over a tenure from another holder. If the locker closes, or the lock is lost, at the same time, the lock is
     * ended by the method that comes second: this one, or {@link #endAll} or {@link Tenures#loseAll}.
     */
    public HeldLock takeOver(Tenure tenure, LockAttempt attempt) {
        HeldLock lock = heldLock(tenure, attempt, System.nanoTime());
        if (!tenure.begin(lock)) {
            if (lock.beginLosing()) {
                keepers.run(() -> lock.finishLosing(null));
            }
        } else if (closed) {
            lock.startEnding();
        }
        return lock;
    }

    private HeldLock heldLock(Tenure tenure, LockAttempt attempt, long ttlStartNanos) {
        return new HeldLock(
                tenure,
                unlocker,
                attempt,
                ttlStartNanos,
                listeners,
                keepers,
                notifications,
                abandonedHandles,
                config.answerTimeout());
    }

    /**
     * Releases all locks, including those that are being granted. Retires the sessions that do not answer by the
     * deadline.
     */
    public void endAll(Deadline deadline) {
        closed = true;
        tenures.close();
        CompletableFuture<?>[] endings =
                tenures.holders().map(Holder::startEnding).toArray(CompletableFuture[]::new);
        try {
            Uninterruptibly.get(CompletableFuture.allOf(endings), deadline.remaining());
        } catch (TimeoutException e) {
            Messages.closeTimedOut(tenures.count(), config.closeTimeout());
            tenures.holders().forEach(Holder::retireSession);
        } catch (SQLException e) {
            throw new IllegalStateException("ending handles its own failures", e);
        }
    }

    /**
     * Returns the exception for a caller that did not get this lock. It says whether the holder is in this locker, so
     * that the user can look for it in the same application.
     *
     * @param caller the thread that waited; null if the caller has a future
     */
    public LockNotAcquiredException notAcquired(LockAttempt attempt, Duration waited, @Nullable Thread caller) {
        String lock = Shown.lock(attempt);
        Optional<Holder> holder = tenures.of(attempt.lockId()).flatMap(Tenure::holder);
        if (holder.isEmpty()) {
            return Messages.heldElsewhere(lock, waited);
        }
        return holder.get().isAcquiredBy(caller)
                ? Messages.heldByCaller(lock, waited)
                : Messages.heldInThisJvm(lock, waited);
    }
}
