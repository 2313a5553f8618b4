// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.acquire.LocalQueues.Turn;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.thread.Admission;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to acquire one lock. It waits for its turn in the local queue, then for a keeper thread, and there {@link #run}
 * asks the server. The caller waits for the outcome: see {@link BlockingWait} and {@link AsyncWait}.
 *
 * <p>The two sides may part: the caller is interrupted, runs out of time, cancels, or the locker closes, possibly at the very
 * moment of the grant. The outcome decides: whoever completes it first has decided. If that is not the keeper, the keeper undoes
 * what it gets. Once the keeper has begun, it alone disposes of the session and the local turn, or passes them on to the held
 * lock.
 */
public final class Acquisition implements Runnable {

    private final LockAttempt attempt;
    private final Deadline deadline;
    private final Turn turn;
    private final GrantWork work;
    private final GrantStages stages;
    private final AcquisitionProgress progress;
    private final StatementCanceller canceller;
    private final Admission admission;
    private final Admission admissionToWait;
    private final Consumer<Acquisition> onFinish;

    /** Where it waits for a keeper, or has waited last; null before its turn has come. */
    private volatile @Nullable Admission entered;

    /** Completes when the turn has come, and what follows from that has begun; written once, by {@link #start}. */
    private @Nullable CompletableFuture<Void> served;

    /**
     * An attempt that has its place in the local queue.
     *
     * @param deadline the end of the wait for others
     * @param admission the way to a keeper
     * @param admissionToWait the way to a keeper for a lock that is waited for on a session of its own
     * @param onFinish what to do when nothing of the attempt runs any more
     */
    Acquisition(
            LockAttempt attempt,
            Deadline deadline,
            Turn turn,
            GrantWork work,
            GrantStages stages,
            AcquisitionProgress progress,
            StatementCanceller canceller,
            Admission admission,
            Admission admissionToWait,
            Consumer<Acquisition> onFinish) {
        this.attempt = attempt;
        this.deadline = deadline;
        this.turn = turn;
        this.work = work;
        this.stages = stages;
        this.progress = progress;
        this.canceller = canceller;
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

    GrantStages stages() {
        return stages;
    }

    /** Whether the caller waits for others. */
    boolean isWaiting() {
        return !attempt.waitAtMost().isZero();
    }

    AcquisitionProgress progress() {
        return progress;
    }

    /** Completes when the turn has come, and what follows from that has begun. */
    CompletableFuture<Void> served() {
        return requireNonNull(served);
    }

    /** Asks the server as soon as the turn comes. */
    void start() {
        if (isWaiting() && !turn.come().isDone()) {
            work.reportQueued();
        }
        served = turn.come().thenAccept(come -> {
            if (come) {
                enter(admission);
            } else {
                progress.outcome().complete(Optional.empty());
                finish();
            }
        });
    }

    private void enter(Admission next) {
        entered = next;
        if (!progress.move(Stage.IN_LINE, Stage.ADMITTED) && !progress.move(Stage.SERVER, Stage.ADMITTED)) {
            return;
        }
        stages.startOwnTime();
        try {
            next.enter(this);
            if (progress.isDecided()) {
                // A caller that decided before this entered could not take it out again.
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

    /** Ends the acquisition if no keeper has begun; false if one has. */
    private boolean leaveAdmission() {
        if (!progress.move(Stage.ADMITTED, Stage.FINISHED)) {
            return false;
        }
        requireNonNull(entered).leave(this);
        turn.end();
        finish();
        return true;
    }

    // ---- the caller's side

    /** Takes the decision away from the keeper and makes it stop; false if there is an outcome already. */
    boolean abandon() {
        return giveUp(new CancellationException("the caller does not want the lock any more"));
    }

    /** Decides on this failure and makes the keeper stop; false if there is an outcome already. */
    boolean giveUp(Throwable failure) {
        boolean first = progress.outcome().completeExceptionally(failure);
        if (first) {
            stop();
        }
        return first;
    }

    /** Does not wait for others any more: gets the lock now, or is refused as soon as it is known that there are others. */
    void stopWaiting() {
        turn.stopWaiting();
    }

    private void stop() {
        if (progress.move(Stage.IN_LINE, Stage.FINISHED)) {
            turn.leave();
            turn.end();
            finish();
        } else if (!leaveAdmission()) {
            if (progress.opening().interrupt()) {
                // Nothing was asked yet, so the next in the local queue need not wait until the pool gives up.
                turn.end();
            } else if (progress.stage() != Stage.FINISHED) {
                canceller.start();
            }
        }
    }

    // ---- the keeper's side

    @Override
    public void run() {
        if (!progress.move(Stage.ADMITTED, Stage.LOCK_PERMIT)) {
            return;
        }
        boolean continues = false;
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
            fail(stages.failure(e));
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
