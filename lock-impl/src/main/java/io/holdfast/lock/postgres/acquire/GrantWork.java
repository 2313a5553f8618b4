// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
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
 * The work of a keeper for one acquisition: it gets a session, asks the server there, and turns the grant into a held
 * lock. It replaces a session that fails, if another session may succeed.
 */
public final class GrantWork {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private interface Step {
        Optional<HeldLock> ask() throws SQLException;
    }

    private final LockAttempt attempt;
    private final LockRequest request;
    private final boolean waiting;
    private final Deadline deadline;
    private final Turn turn;
    private final AcquisitionProgress progress;
    private final LockStatement statement;
    private final Resources resources;
    private final GrantStages stages;

    private final Runnable reportQueued;
    private final DedicatedAttempt dedicatedAttempt;

    /** Whether the server has answered since the last preparation. Used by keepers only. */
    private boolean answered;

    /** Whether the acquisition has to wait on a dedicated session. Used by keepers only. */
    private boolean hasToWait;

    /**
     * The parts of a locker that its keepers use to acquire locks.
     *
     * @param sessions opens sessions
     * @param allocation decides which session a lock lives on
     * @param fitness proves that locks exclude each other behind the data source
     * @param limit limits the number of locks
     * @param heldLocks turns grants into held locks
     * @param tenures the locks that are held
     * @param listeners the listeners to notify
     * @param config the configuration of the locker
     */
    public record Resources(
            Sessions sessions,
            SessionAllocation allocation,
            Fitness fitness,
            LockLimit limit,
            HeldLocks heldLocks,
            Tenures tenures,
            Listeners listeners,
            LockerConfig config) {

        /** Makes the held lock, which owns the session and the turn from now on. */
        HeldLock hold(Grant grant, LockAttempt attempt, Turn turn) {
            boolean held = false;
            try {
                turn.markGranted();
                HeldLock lock = heldLocks.hold(grant, attempt, turn);
                held = true;
                return lock;
            } finally {
                if (!held) {
                    tenures.retire(grant.session(), null);
                }
            }
        }
    }

    GrantWork(
            LockAttempt attempt,
            Deadline deadline,
            Turn turn,
            AcquisitionProgress progress,
            LockStatement statement,
            GrantStages stages,
            Resources resources,
            Runnable reportQueued) {
        this.attempt = attempt;
        this.request = attempt.request();
        this.waiting = !attempt.waitAtMost().isZero();
        this.deadline = deadline;
        this.turn = turn;
        this.progress = progress;
        this.statement = statement;
        this.resources = resources;
        this.stages = stages;
        this.reportQueued = reportQueued;
        this.dedicatedAttempt = new DedicatedAttempt(
                attempt, turn, progress, statement, stages, resources, reportQueued, () -> answered = true);
    }

    /** Whether the last result was empty because the acquisition has to wait on a dedicated session. */
    boolean hasToWait() {
        return hasToWait;
    }

    /** Blocks until the lock is granted; returns an empty result if it is not available, or not wanted any more. */
    Optional<HeldLock> ask() throws SQLException {
        if (hasToWait) {
            hasToWait = false;
            return retrying(() -> askOnDedicatedSession(false));
        }
        stages.open(Stage.LOCK_PERMIT, this::permitLock);
        return retrying(this::askOnce);
    }

    private Void permitLock() throws InterruptedException {
        LockLimit limit = resources.limit();
        if (!limit.tryAcquire(stages.preparationEnd())) {
            throw Messages.tooManyLocks(shownLock(), limit.limit());
        }
        turn.whenEnded(limit::release);
        return null;
    }

    /**
     * Takes the step again, on another session, if a session has ended. A pool may provide a connection whose session
     * has ended, and after a restart of the server many of them; and a session may end while its statement waits.
     */
    private Optional<HeldLock> retrying(Step step) throws SQLException {
        Duration pause = Duration.ZERO;
        while (true) {
            try {
                return step.ask();
            } catch (SQLException e) {
                if (waiting && answered && !deadline.hasPassed()) {
                    stages.startPreparation();
                    answered = false;
                    pause = Duration.ZERO;
                }
                stages.failed(e);
                if (progress.isDecided() || stages.isPreparationOver() || !SqlStates.isWorthRetrying(e)) {
                    throw e;
                }
            }
            pause(pause);
            Duration twice = pause.isZero() ? SHORTEST_PAUSE : pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    private void pause(Duration pause) throws SQLException {
        stages.open(Stage.CONNECTION, () -> {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            return Optional.empty();
        });
    }

    private Optional<HeldLock> askOnce() throws SQLException {
        if (request.lease() == Lease.ENFORCED) {
            return askOnDedicatedSession(true);
        }
        boolean tryFirst = !(waiting && turn.wasRefused());
        Optional<LockSession> kept = resources.allocation().takeKept(turn.lockId());
        if (kept.isPresent()) {
            return ask(kept.get(), tryFirst);
        }
        if (!tryFirst && resources.config().sessions() == SessionMode.SHARED) {
            progress.reach(Stage.SERVER);
            hasToWait = true;
            return Optional.empty();
        }
        Optional<LockSession> shared = stages.open(
                Stage.SESSION_PERMIT,
                () -> resources.allocation().take(turn.lockId(), stages.preparationEnd(), stages::permitted, stages));
        if (shared.isEmpty()) {
            return askOnDedicatedSession(tryFirst);
        }
        if (progress.isDecided()) {
            resources.allocation().putBack(shared.get(), turn.lockId());
            return Optional.empty();
        }
        Optional<HeldLock> lock = askOnSharedSession(shared.get());
        if (lock.isEmpty() && waiting) {
            reportQueued.run();
            turn.markAsked();
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
                resources.tenures().requireOneCluster(shared, attempt);
            }
        } catch (Throwable e) {
            // The session may nevertheless hold the lock. If that is not certain, the session is retired with all
            // locks.
            if (e instanceof SQLException refusal
                    && SqlStates.isServerError(refusal)
                    && shared.locks().unlockAfterError(turn.lockId(), request.mode())) {
                resources.allocation().putBack(shared, turn.lockId());
            } else {
                resources.tenures().retire(shared, e);
            }
            throw e;
        }
        if (grant.isEmpty()) {
            resources.allocation().putBack(shared, turn.lockId());
        }
        return grant.map(granted -> resources.hold(granted, attempt, turn));
    }

    private Optional<HeldLock> askOnDedicatedSession(boolean tryFirst) throws SQLException {
        LockSession dedicated = stages.open(
                Stage.SESSION_PERMIT,
                () -> resources
                        .sessions()
                        .open(shownLock(), stages.preparationEnd(), stages.preparationTime(), stages::permitted));
        return ask(dedicated, tryFirst);
    }

    private Optional<HeldLock> ask(LockSession dedicated, boolean tryFirst) throws SQLException {
        return dedicatedAttempt
                .ask(dedicated, tryFirst)
                .map(this::adopted)
                .map(granted -> resources.hold(granted, attempt, turn));
    }

    /**
     * Lets the session get other locks, too, if locks share sessions. A session with an enforced lease gets no other
     * locks, and neither does a session that is about to be returned.
     */
    private Grant adopted(Grant grant) {
        boolean mayBeShared = request.lease() != Lease.ENFORCED && !progress.isDecided();
        return mayBeShared && resources.allocation().adopt(grant.session(), grant.lockId())
                ? grant.onSharedSession()
                : grant;
    }

    private String shownLock() {
        return Shown.lock(attempt);
    }
}
