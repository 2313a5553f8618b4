// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.acquire.LocalQueues.Turn;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.hold.Grant;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.hold.HeldLocks;
import io.holdfast.lock.postgres.hold.Tenures;
import io.holdfast.lock.postgres.session.Fitness;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The work of a keeper for one acquisition: it gets a session, asks the server there, and turns the grant into a held lock. A
 * session that fails is replaced for as long as that makes sense.
 */
public final class GrantWork {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private interface Asking {
        Optional<HeldLock> ask() throws SQLException;
    }

    private final LockAttempt attempt;
    private final LockRequest request;
    private final boolean waiting;
    private final Deadline deadline;
    private final Turn turn;
    private final AcquisitionProgress progress;
    private final GrantAttempt statement;
    private final Resources resources;
    private final GrantStages stages;

    /** Whether listeners know that the attempt waits. Used by one thread after the other. */
    private boolean queuedReported;

    /** Whether the server has answered since then. Used by keepers only. */
    private boolean answered;

    /** Whether the lock is to be waited for on a session of its own. Used by keepers only. */
    private boolean hasToWait;

    /**
     * What the keepers of a locker use to get locks.
     *
     * @param sessions opens sessions
     * @param allocation decides which session a lock lives on
     * @param fitness proves that locks exclude each other behind the data source
     * @param limit how many locks there may be
     * @param heldLocks turns grants into held locks
     * @param tenures the locks that are held
     * @param listeners who is notified
     * @param config how to behave
     */
    public record Resources(
            Sessions sessions,
            SessionAllocation allocation,
            Fitness fitness,
            LockLimit limit,
            HeldLocks heldLocks,
            Tenures tenures,
            Listeners listeners,
            LockerConfig config) {}

    GrantWork(
            LockAttempt attempt,
            Deadline deadline,
            Turn turn,
            AcquisitionProgress progress,
            GrantAttempt statement,
            GrantStages stages,
            Resources resources) {
        this.attempt = attempt;
        this.request = attempt.request();
        this.waiting = !attempt.waitAtMost().isZero();
        this.deadline = deadline;
        this.turn = turn;
        this.progress = progress;
        this.statement = statement;
        this.resources = resources;
        this.stages = stages;
    }

    /** Notifies listeners that the attempt waits, once. */
    void reportQueued() {
        if (!queuedReported) {
            queuedReported = true;
            resources.listeners().queued(attempt);
        }
    }

    /** Whether the last answer was empty because the lock has to be waited for on a session of its own. */
    boolean hasToWait() {
        return hasToWait;
    }

    /** Blocks until the lock is granted, or refused, or nobody wants it any more; the last two give an empty answer. */
    Optional<HeldLock> ask() throws SQLException {
        if (hasToWait) {
            hasToWait = false;
            return persistently(() -> askOnOwnSession(false));
        }
        stages.open(Stage.LOCK_PERMIT, this::permitLock);
        return persistently(this::askOnce);
    }

    private Void permitLock() throws InterruptedException {
        LockLimit limit = resources.limit();
        if (!limit.tryAcquire(stages.ownEnd())) {
            throw Messages.tooManyLocks(lock(), limit.limit());
        }
        turn.whenEnded(limit::release);
        return null;
    }

    /**
     * A pool may give out a connection whose session has ended, one after the other after a restart of the server; and the
     * session may end while it waits. Then the lock is asked for, or waited for again, on another session.
     */
    private Optional<HeldLock> persistently(Asking asking) throws SQLException {
        Duration pause = Duration.ZERO;
        while (true) {
            try {
                return asking.ask();
            } catch (SQLException e) {
                if (waiting && answered && !deadline.hasPassed()) {
                    stages.startOwnTime();
                    answered = false;
                    pause = Duration.ZERO;
                }
                stages.failed(e);
                if (progress.isDecided() || stages.isOwnTimeOver() || !SqlStates.isWorthRetrying(e)) {
                    throw e;
                }
            }
            rest(pause);
            Duration twice = pause.isZero() ? SHORTEST_PAUSE : pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    private void rest(Duration pause) throws SQLException {
        stages.open(Stage.CONNECTION, () -> {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            return Optional.empty();
        });
    }

    private Optional<HeldLock> askOnce() throws SQLException {
        if (request.lease() == Lease.ENFORCED) {
            return askOnOwnSession(true);
        }
        Optional<LockSession> shared = stages.open(
                Stage.SESSION_PERMIT,
                () -> resources.allocation().take(turn.lockId(), stages.ownEnd(), stages::permitted, stages));
        if (shared.isEmpty()) {
            return askOnOwnSession(true);
        }
        if (progress.isDecided()) {
            resources.allocation().putBack(shared.get(), turn.lockId());
            return Optional.empty();
        }
        Optional<HeldLock> lock = askOnSharedSession(shared.get());
        if (lock.isEmpty() && waiting) {
            reportQueued();
            turn.asked();
            hasToWait = true;
        }
        return lock;
    }

    private Optional<HeldLock> askOnSharedSession(LockSession shared) throws SQLException {
        stages.nextStep();
        Optional<Grant> grant;
        try {
            grant = statement.tryOn(shared, false);
            answered = true;
            if (grant.isPresent()) {
                resources.tenures().requireOneCluster(shared, lock());
            }
        } catch (Throwable e) {
            // The lock may be held all the same. If nobody can tell, the other locks of that session go with it.
            if (e instanceof SQLException refusal && SqlStates.isServerError(refusal) && unlockQuietly(shared)) {
                resources.allocation().putBack(shared, turn.lockId());
            } else {
                resources.tenures().retire(shared, e);
            }
            throw e;
        }
        if (grant.isEmpty()) {
            resources.allocation().putBack(shared, turn.lockId());
        }
        return grant.map(this::hold);
    }

    private boolean unlockQuietly(LockSession shared) {
        try {
            shared.unlock(turn.lockId(), request.mode(), false);
            return true;
        } catch (Throwable e) {
            return false;
        }
    }

    private Optional<HeldLock> askOnOwnSession(boolean tryFirst) throws SQLException {
        LockSession own = stages.open(
                Stage.SESSION_PERMIT,
                () -> resources.sessions().open(lock(), stages.ownEnd(), stages.ownTime(), stages::permitted));
        if (progress.isDecided()) {
            own.returnToPool();
            return Optional.empty();
        }
        progress.asking(own);
        stages.nextStep();
        Optional<Grant> grant;
        try {
            grant = grantOn(own, tryFirst);
        } catch (SQLException e) {
            // A pooler that ends sessions: PgBouncer answers so for all that goes wrong on its way.
            boolean dropped = SqlStates.isProtocolViolation(e) && own.isClosed();
            if (SqlStates.isServerError(e) && !own.isReady() && own.unlockAll()) {
                own.returnToPool();
            } else {
                resources.tenures().retire(own, e);
            }
            throw dropped ? SqlStates.sessionLost(e) : e;
        } catch (Throwable e) {
            resources.tenures().retire(own, e);
            throw e;
        }
        // From here on nothing is canceled on the session, which may get other locks besides.
        progress.asking(null);
        if (grant.isEmpty()) {
            own.returnToPool();
        }
        return grant.map(this::adopted).map(this::hold);
    }

    private Optional<Grant> grantOn(LockSession own, boolean tryFirst) throws SQLException {
        own.setUp();
        resources.fitness().require(own, stages);
        Optional<Grant> grant = Optional.empty();
        if (tryFirst) {
            grant = statement.tryOn(own, true);
            answered = true;
        }
        if (grant.isEmpty() && waiting) {
            reportQueued();
            turn.asked();
            grant = statement.waitOn(own, progress::isDecided);
            answered = true;
        }
        if (grant.isPresent()) {
            resources.sessions().requireAlone(own);
            resources.fitness().requireServer(own, stages);
            resources.tenures().requireOneCluster(own, lock());
        }
        return grant;
    }

    /** A session with an enforced lease takes no other locks, and neither does one that is about to be returned. */
    private Grant adopted(Grant grant) {
        boolean mayBeShared = request.lease() != Lease.ENFORCED && !progress.isDecided();
        return mayBeShared && resources.allocation().adopt(grant.session(), grant.lockId())
                ? grant.onSharedSession()
                : grant;
    }

    /** From here on the held lock disposes of session and turn. */
    private HeldLock hold(Grant grant) {
        boolean held = false;
        try {
            turn.granted();
            HeldLock lock = resources.heldLocks().hold(grant, attempt, turn::end);
            held = true;
            return lock;
        } finally {
            if (!held) {
                resources.tenures().retire(grant.session(), null);
            }
        }
    }

    private String lock() {
        return Shown.lock(attempt);
    }
}
