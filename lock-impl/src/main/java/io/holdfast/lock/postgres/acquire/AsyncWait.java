// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.hold.HeldLocks;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.WorkQueue;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A caller that gets a future for the outcome of its acquisition. The locker's timer sees to it that there is one in time. */
final class AsyncWait {

    private final Acquisition acquisition;
    private final LockAttempt attempt;
    private final GrantStages stages;
    private final AcquisitionProgress progress;
    private final long startNanos;
    private final HeldLocks heldLocks;
    private final Listeners listeners;
    private final Keepers keepers;
    private final WorkQueue refusals;
    private final Duration timeout;
    private final CompletableFuture<LockHandle> result = new CompletableFuture<>();
    private final AtomicBoolean endReported = new AtomicBoolean();

    /** The timer's next look; null if there is none. */
    private volatile @Nullable Future<?> nextLook;

    /**
     * The wait for an acquisition that has started.
     *
     * @param refusals runs the reports of attempts that did not get the lock
     */
    AsyncWait(
            Acquisition acquisition,
            long startNanos,
            HeldLocks heldLocks,
            Listeners listeners,
            Keepers keepers,
            WorkQueue refusals,
            Duration timeout) {
        this.acquisition = acquisition;
        this.attempt = acquisition.attempt();
        this.stages = acquisition.stages();
        this.progress = acquisition.progress();
        this.startNanos = startNanos;
        this.heldLocks = heldLocks;
        this.listeners = listeners;
        this.keepers = keepers;
        this.refusals = refusals;
        this.timeout = timeout;
    }

    /** The future for the caller, who may cancel it or complete it otherwise: then the lock is not wanted any more. */
    CompletableFuture<LockHandle> start() {
        progress.outcome().whenComplete((lock, failure) -> {
            lookNoMore();
            Runnable completion = () -> complete(lock, failure);
            if (failure == null && lock.isPresent()) {
                // With a lock the caller may work for as long as it likes. There are no more of these than locks.
                keepers.run(completion);
            } else {
                refusals.add(completion);
            }
        });
        result.whenComplete((handle, failure) -> {
            if (acquisition.abandon()) {
                reportWaitEnded();
            }
        });
        watchTurn();
        return result;
    }

    // ---- the outcome

    /** The end of the wait is reported before the caller continues, who may do all of its work on this thread. */
    private void complete(Optional<HeldLock> lock, Throwable failure) {
        Duration waited = Duration.ofNanos(System.nanoTime() - startNanos);
        if (failure != null) {
            if (failure instanceof LockException e) {
                listeners.failed(attempt, e);
            }
            reportWaitEnded();
            result.completeExceptionally(failure);
        } else if (lock.isEmpty()) {
            listeners.refused(attempt, waited);
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
        lookAfter(acquisition.isWaiting() ? acquisition.deadline().remaining() : timeout, () -> {
            acquisition.stopWaiting();
            lookAfter(acquisition.isWaiting() ? timeout : Duration.ZERO, () -> {
                if (!acquisition.served().isDone()) {
                    acquisition.giveUp(stages.overdue(Stage.IN_LINE));
                }
            });
        });
        acquisition.served().thenRun(this::watchAnswer);
    }

    private void watchAnswer() {
        lookNoMore();
        lookAfter(stages.answerBy().remaining(), () -> {
            Stage reached = progress.stage();
            if (!stages.answerBy().hasPassed()) {
                watchAnswer();
            } else if (!progress.isDecided()) {
                acquisition.giveUp(stages.overdue(reached));
            }
        });
    }

    private void lookAfter(Duration delay, Runnable look) {
        if (!progress.isDecided() && delay.compareTo(LockRequest.UNLIMITED) < 0) {
            nextLook = keepers.schedule(look, delay);
            // Whoever decided before this look was noted has not canceled it.
            if (progress.isDecided()) {
                lookNoMore();
            }
        }
    }

    private void lookNoMore() {
        Future<?> look = nextLook;
        if (look != null) {
            look.cancel(false);
        }
    }
}
