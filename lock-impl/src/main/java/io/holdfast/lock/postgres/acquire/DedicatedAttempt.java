// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.postgres.hold.Grant;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.util.Optional;

/** Asks for a lock on a session that has no other lock: one that was just opened, or one that was kept. */
final class DedicatedAttempt {

    private final LockAttempt attempt;
    private final boolean waiting;
    private final Turn turn;
    private final AcquisitionProgress progress;
    private final LockStatement statement;
    private final GrantStages stages;
    private final GrantWork.Resources resources;
    private final Runnable reportQueued;
    private final Runnable onAnswer;

    /**
     * Creates an attempt.
     *
     * @param reportQueued reports that the attempt waits
     * @param onAnswer what to do when the server has answered
     */
    DedicatedAttempt(
            LockAttempt attempt,
            Turn turn,
            AcquisitionProgress progress,
            LockStatement statement,
            GrantStages stages,
            GrantWork.Resources resources,
            Runnable reportQueued,
            Runnable onAnswer) {
        this.attempt = attempt;
        this.waiting = !attempt.waitAtMost().isZero();
        this.turn = turn;
        this.progress = progress;
        this.statement = statement;
        this.stages = stages;
        this.resources = resources;
        this.reportQueued = reportQueued;
        this.onAnswer = onAnswer;
    }

    /**
     * Returns the grant; empty if the lock is not available, or not wanted any more. A session that is ready was kept:
     * if it fails, nothing that it has shown so far counts for the others.
     *
     * @param dedicated the session, which belongs to the grant, or is put back or retired
     * @param tryFirst whether to try before a wait
     */
    Optional<Grant> ask(LockSession dedicated, boolean tryFirst) throws SQLException {
        boolean wasKept = dedicated.locks().isReady();
        if (progress.isDecided()) {
            putBack(dedicated, wasKept);
            return Optional.empty();
        }
        progress.asking(dedicated);
        stages.nextStep();
        Optional<Grant> grant;
        try {
            grant = grantOn(dedicated, tryFirst, wasKept);
        } catch (SQLException e) {
            // A pooler may have ended the session: PgBouncer reports every failure of its own in this way.
            boolean dropped = SqlStates.isProtocolViolation(e) && dedicated.isClosed();
            if (wasKept && SqlStates.isSessionLost(e)) {
                resources.allocation().distrustKept();
            }
            if (SqlStates.isServerError(e) && isCleared(dedicated, wasKept)) {
                dedicated.returnToPool();
            } else {
                resources.tenures().retire(dedicated, e);
            }
            throw dropped ? SqlStates.sessionLost(e) : e;
        } catch (Throwable e) {
            resources.tenures().retire(dedicated, e);
            throw e;
        }
        // From here on nothing may be canceled on the session, because it may get other locks.
        progress.asking(null);
        if (progress.isDecided()) {
            dedicated.expectCancel();
        }
        if (grant.isEmpty()) {
            putBack(dedicated, wasKept);
        }
        return grant;
    }

    /** To be called if the session holds nothing. */
    private void putBack(LockSession dedicated, boolean wasKept) {
        if (wasKept) {
            resources.allocation().putBack(dedicated, turn.lockId());
        } else {
            dedicated.returnToPool();
        }
    }

    /** Whether the session holds nothing and is as it came; tries to make it so after an error of the server. */
    private static boolean isCleared(LockSession dedicated, boolean wasKept) {
        if (!wasKept) {
            return !dedicated.locks().isReady() && dedicated.locks().unlockAll();
        }
        try {
            return dedicated.locks().restore();
        } catch (Throwable e) {
            return false;
        }
    }

    private Optional<Grant> grantOn(LockSession dedicated, boolean tryFirst, boolean wasKept) throws SQLException {
        if (!wasKept) {
            dedicated.setUp();
            resources.fitness().require(dedicated, stages);
        }
        Optional<Grant> grant = Optional.empty();
        if (tryFirst) {
            stages.nextStep();
            grant = statement.tryOn(dedicated, true);
            onAnswer.run();
        }
        if (grant.isEmpty() && waiting) {
            reportQueued.run();
            turn.markAsked();
            grant = statement.waitOn(dedicated, progress::isDecided);
            onAnswer.run();
        }
        if (grant.isPresent()) {
            if (!wasKept) {
                resources.sessions().requireAlone(dedicated);
                resources.fitness().requireServer(dedicated, stages);
            }
            resources.tenures().requireOneCluster(dedicated, attempt);
        }
        return grant;
    }
}
