// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.hold.HeldLocks;
import io.holdfast.lock.postgres.thread.Elapsed;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.WorkQueue;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The wait of a caller that has a future. The locker's timer ensures that the acquisition has an outcome in time. */
final class AsyncWait {

    private final Acquisition acquisition;
    private final LockAttempt attempt;
    private final AcquisitionProgress progress;
    private final long startNanos;
    private final HeldLocks heldLocks;
    private final Listeners listeners;
    private final Keepers keepers;
    private final WorkQueue reports;
    private final Duration timeout;
    private final CompletableFuture<LockHandle> result = new CompletableFuture<>();
    private final AtomicBoolean endReported = new AtomicBoolean();

    /** The next check on the timer; null if there is none. */
    private volatile @Nullable Future<?> nextCheck;

    /**
     * Creates the wait for an acquisition that has started.
     *
     * @param reports runs the completion of acquisitions that end without a lock
     */
    AsyncWait(
            Acquisition acquisition,
            long startNanos,
            HeldLocks heldLocks,
            Listeners listeners,
            Keepers keepers,
            WorkQueue reports,
            Duration timeout) {
        this.acquisition = acquisition;
        this.attempt = acquisition.attempt();
        this.progress = acquisition.progress();
        this.startNanos = startNanos;
        this.heldLocks = heldLocks;
        this.listeners = listeners;
        this.keepers = keepers;
        this.reports = reports;
        this.timeout = timeout;
    }

    /** Returns the future for the caller. If the caller cancels or completes it, the acquisition is abandoned. */
    CompletableFuture<LockHandle> start() {
        progress.outcome().whenComplete((lock, failure) -> {
            cancelCheck();
            Runnable completion = () -> complete(lock, failure);
            if (failure == null && lock.isPresent()) {
                // A caller with a lock may work on this thread for any time. There are not more such threads than
                // locks.
                keepers.run(completion);
            } else {
                reports.add(completion);
            }
        });
        result.whenComplete((handle, failure) -> {
            if (!progress.isDecided() && acquisition.abandon()) {
                reportWaitEnded();
            }
        });
        watchTurn();
        return result;
    }

    // ---- the outcome

    /** Reports the end of the wait before the caller continues, which may do all of its work on this thread. */
    private void complete(Optional<HeldLock> lock, Throwable failure) {
        Duration waited = Elapsed.since(startNanos);
        if (failure != null) {
            if (failure instanceof LockException e) {
                listeners.failed(attempt, e);
            }
            reportWaitEnded();
            result.completeExceptionally(failure);
        } else if (lock.isEmpty()) {
            listeners.notGranted(attempt, waited);
            reportWaitEnded();
            result.completeExceptionally(heldLocks.notAcquired(attempt, waited, null));
        } else {
            completeWith(lock.get(), waited);
        }
    }

    private void completeWith(HeldLock lock, Duration waited) {
        try {
            LockHandle handle = lock.announce(waited);
            reportWaitEnded();
            if (!result.complete(handle)) {
                handle.close();
            }
        } catch (Throwable e) {
            reportWaitEnded();
            result.completeExceptionally(e);
            lock.startEnding();
        }
    }

    private void reportWaitEnded() {
        if (endReported.compareAndSet(false, true)) {
            listeners.waitEnded(attempt);
        }
    }

    // ---- the timer

    private void watchTurn() {
        checkAfter(acquisition.isWaiting() ? acquisition.deadline().remaining() : timeout, () -> {
            acquisition.stopWaiting();
            checkAfter(acquisition.isWaiting() ? timeout : Duration.ZERO, () -> {
                if (!acquisition.turnTaken().isDone()) {
                    acquisition.giveUp(acquisition.overdueInLine());
                }
            });
        });
        acquisition.turnTaken().thenRun(this::watchAnswer);
    }

    private void watchAnswer() {
        cancelCheck();
        if (progress.isDecided()) {
            return;
        }
        GrantStages stages = acquisition.stages();
        checkAfter(stages.lookAgainBy().remaining(), () -> {
            Stage reached = progress.stage();
            if (!stages.answerBy().hasPassed()) {
                watchAnswer();
            } else if (!progress.isDecided()) {
                acquisition.giveUp(stages.overdue(reached));
            }
        });
    }

    private void checkAfter(Duration delay, Runnable check) {
        if (!progress.isDecided() && delay.compareTo(LockRequest.UNLIMITED) < 0) {
            nextCheck = keepers.schedule(check, delay);
            // The outcome may have been decided before the field was set, so that nobody has canceled this check.
            if (progress.isDecided()) {
                cancelCheck();
            }
        }
    }

    private void cancelCheck() {
        Future<?> check = nextCheck;
        if (check != null) {
            check.cancel(false);
        }
    }
}
