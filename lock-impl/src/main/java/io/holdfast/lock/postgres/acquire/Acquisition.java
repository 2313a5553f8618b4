// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.hold.Tenure;
import io.holdfast.lock.postgres.thread.Admission;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The acquisition of one lock. It waits for its turn in the local queue and then for a keeper thread, on which
 * {@link #run} asks the server. The caller waits for the outcome: see {@link BlockingWait} and {@link AsyncWait}.
 *
 * <p>The two sides may disagree: the caller is interrupted, runs out of time or cancels, or the locker closes, possibly
 * at the very moment of the grant. The side that completes the outcome first decides. If that is not the keeper, the
 * keeper releases the lock that it gets. Once the keeper has begun, only the keeper may dispose of the session and the
 * local turn, or pass them on to the held lock.
 */
public final class Acquisition implements Runnable {

    /**
     * What asks the server.
     *
     * @param stages the stages of the work, with the time that each may take
     * @param work the work of a keeper
     * @param canceller stops a keeper whose result nobody wants any more
     */
    record Asking(GrantStages stages, GrantWork work, StatementCanceller canceller) {}

    private final LockAttempt attempt;
    private final Deadline deadline;
    private final Turn turn;
    private final GrantWork.Resources resources;
    private final Keepers keepers;
    private final AcquisitionProgress progress = new AcquisitionProgress();
    private final Admission admission;
    private final Admission admissionToWait;
    private final Consumer<Acquisition> onFinish;

    /** Null before the turn has arrived, and if the lock is handed over then. */
    private volatile @Nullable Asking asking;

    /** The admission at which it waits for a keeper, or has waited last; null before its turn has arrived. */
    private volatile @Nullable Admission entered;

    private final CompletableFuture<Void> turnTaken = new CompletableFuture<>();

    /** Whether listeners were notified that the attempt waits. Used by one thread after the other. */
    private boolean queuedReported;

    /**
     * Creates the acquisition of an attempt that has its place in the local queue.
     *
     * @param deadline the end of the wait for other holders
     * @param admission gives it a keeper
     * @param admissionToWait gives it a keeper again, if it has to wait for the lock on a dedicated session
     * @param onFinish the action to run when nothing of the acquisition runs any more
     */
    Acquisition(
            LockAttempt attempt,
            Deadline deadline,
            Turn turn,
            GrantWork.Resources resources,
            Keepers keepers,
            Admission admission,
            Admission admissionToWait,
            Consumer<Acquisition> onFinish) {
        this.attempt = attempt;
        this.deadline = deadline;
        this.turn = turn;
        this.resources = resources;
        this.keepers = keepers;
        this.admission = admission;
        this.admissionToWait = admissionToWait;
        this.onFinish = onFinish;
    }

    LockAttempt attempt() {
        return attempt;
    }

    Deadline deadline() {
        return deadline;
    }

    /** To be called after the turn has arrived and brought the right to ask the server. */
    GrantStages stages() {
        return asking().stages();
    }

    private Asking asking() {
        return requireNonNull(asking);
    }

    /** Returns the failure of an acquisition whose turn does not arrive in time. */
    LockException overdueInLine() {
        return resources
                .sessions()
                .noConnection(Shown.lock(attempt), resources.config().connectionTimeout());
    }

    /** Whether the caller waits while others hold the lock. */
    boolean isWaiting() {
        return !attempt.waitAtMost().isZero();
    }

    AcquisitionProgress progress() {
        return progress;
    }

    /** Completes when the turn has arrived, and the acquisition has been admitted or has ended. */
    CompletableFuture<Void> turnTaken() {
        return turnTaken;
    }

    /** Takes the lock over when the turn brings it, or has a keeper ask the server. */
    void start() {
        if (isWaiting() && !turn.arrival().isDone()) {
            reportQueued();
        }
        turn.arrival().thenAccept(arrival -> {
            try {
                take(arrival);
            } finally {
                // This wakes a caller that waits, before the rest.
                turnTaken.complete(null);
                if (asking == null) {
                    finish();
                }
            }
        });
    }

    private void take(Turn.Arrival arrival) {
        switch (arrival.outcome()) {
            case HANDED_OVER -> takeOver(requireNonNull(arrival.tenure()));
            case MAY_ASK -> ask();
            case REFUSED -> progress.outcome().complete(Optional.empty());
        }
    }

    private void ask() {
        try {
            asking = newAsking();
        } catch (Throwable e) {
            fail(e);
            return;
        }
        enter(admission);
    }

    private Asking newAsking() {
        LockerConfig config = resources.config();
        LockStatement statement = new LockStatement(attempt.request(), attempt.lockId(), deadline, config, keepers);
        GrantStages stages =
                new GrantStages(attempt, progress, statement, resources.sessions(), resources.limit(), config);
        return new Asking(
                stages,
                new GrantWork(attempt, deadline, turn, progress, statement, stages, resources, this::reportQueued),
                new StatementCanceller(progress, turn, resources.tenures(), keepers, config.answerTimeout()));
    }

    /** Notifies listeners that the attempt waits, once. */
    private void reportQueued() {
        if (!queuedReported) {
            queuedReported = true;
            resources.listeners().queued(attempt);
        }
    }

    /** Runs on the thread of the former holder. A caller that has given up passes the lock on, on a keeper thread. */
    private void takeOver(Tenure tenure) {
        try {
            HeldLock lock = resources.heldLocks().takeOver(tenure, attempt);
            if (!progress.outcome().complete(Optional.of(lock))) {
                lock.startEnding();
            }
        } catch (Throwable e) {
            // If the tenure has no holder, it is ended as one that is stranded; otherwise its holder is orphaned.
            progress.outcome().completeExceptionally(e);
        }
    }

    private void enter(Admission next) {
        entered = next;
        if (!progress.move(Stage.IN_LINE, Stage.ADMISSION) && !progress.move(Stage.SERVER, Stage.ADMISSION)) {
            return;
        }
        stages().startPreparation();
        try {
            next.enter(this);
            if (progress.isDecided()) {
                // A caller that decided before this acquisition entered could not remove it.
                leaveAdmission();
            }
        } catch (RejectedExecutionException e) {
            fail(Messages.closed(Shown.lock(attempt)));
            finish();
        } catch (Throwable e) {
            fail(e);
            finish();
        }
    }

    /** Ends the acquisition if no keeper has begun; returns false if one has. */
    private boolean leaveAdmission() {
        if (!progress.move(Stage.ADMISSION, Stage.FINISHED)) {
            return false;
        }
        requireNonNull(entered).leave(this);
        turn.end();
        finish();
        return true;
    }

    // ---- the caller's side

    /** Ends the acquisition without a lock, and stops the keeper; returns false if there is an outcome already. */
    boolean abandon() {
        return giveUp(new CancellationException("the caller has abandoned the acquisition"));
    }

    /** Ends the acquisition with this failure, and stops the keeper; returns false if there is an outcome already. */
    boolean giveUp(Throwable failure) {
        boolean first = progress.outcome().completeExceptionally(failure);
        if (first) {
            stop();
        }
        return first;
    }

    /** Stops waiting for others: acquires the lock now, or ends without it as soon as others are known to hold it. */
    void stopWaiting() {
        turn.stopWaiting();
    }

    private void stop() {
        if (progress.move(Stage.IN_LINE, Stage.FINISHED)) {
            turn.leave();
            finish();
        } else if (!leaveAdmission()) {
            if (progress.opening().interrupt()) {
                // The server was not asked yet, so the next in the local queue need not wait until the pool gives up.
                turn.end();
            } else if (progress.stage() != Stage.FINISHED) {
                asking().canceller().start();
            }
        }
    }

    // ---- the keeper's side

    @Override
    public void run() {
        if (!progress.move(Stage.ADMISSION, Stage.LOCK_PERMIT)) {
            return;
        }
        boolean continues = false;
        GrantWork work = asking().work();
        try {
            Optional<HeldLock> lock = work.ask();
            if (lock.isEmpty() && work.hasToWait()) {
                continues = true;
                enter(admissionToWait);
                return;
            }
            if (lock.isEmpty()) {
                turn.end();
            }
            if (!progress.outcome().complete(lock)) {
                lock.ifPresent(HeldLock::endOnThisThread);
            }
        } catch (SQLException e) {
            fail(stages().failure(e));
        } catch (LockException | Error e) {
            fail(e);
        } catch (Throwable e) {
            fail(CommonMessages.unavailable(Shown.lock(attempt), e));
        } finally {
            if (!continues) {
                finish();
            }
        }
    }

    private void fail(Throwable failure) {
        turn.end();
        progress.outcome().completeExceptionally(failure);
    }

    private void finish() {
        onFinish.accept(this);
        progress.finish();
    }
}
