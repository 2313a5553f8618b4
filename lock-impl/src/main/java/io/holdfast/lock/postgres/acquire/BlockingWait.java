// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.thread.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The wait of a caller on its own thread. The caller itself ensures that the acquisition has an outcome in time. */
final class BlockingWait {

    private static final long CLEAN_UP_MILLIS = 1_000;

    private final Acquisition acquisition;
    private final CompletableFuture<Optional<HeldLock>> outcome;
    private final Duration timeout;

    BlockingWait(Acquisition acquisition, Duration timeout) {
        this.acquisition = acquisition;
        this.outcome = acquisition.progress().outcome();
        this.timeout = timeout;
    }

    /** Returns the lock; empty if somebody else held it for the whole wait. */
    Optional<HeldLock> await() throws InterruptedException {
        try {
            Deadline forOthers = acquisition.isWaiting() ? acquisition.deadline() : Deadline.after(timeout);
            if (!completesWithin(acquisition.turnTaken(), forOthers)) {
                acquisition.stopWaiting();
                if (!acquisition.isWaiting() || !completesWithin(acquisition.turnTaken(), Deadline.after(timeout))) {
                    return giveUp(acquisition.overdueInLine());
                }
            }
            return outcome.isDone() ? outcomeNow() : awaitAnswer(acquisition.stages());
        } catch (InterruptedException e) {
            endInterrupted(e);
            throw e;
        } catch (Error e) {
            if (!acquisition.abandon()) {
                outcomeNow().ifPresent(HeldLock::startEnding);
            }
            throw e;
        }
    }

    private Optional<HeldLock> awaitAnswer(GrantStages stages) throws InterruptedException {
        while (!completesWithin(outcome, stages.lookAgainBy())) {
            Stage reached = acquisition.progress().stage();
            if (stages.answerBy().hasPassed()) {
                return giveUp(stages.overdue(reached));
            }
        }
        return outcomeNow();
    }

    private static boolean completesWithin(CompletableFuture<?> future, Deadline limit) throws InterruptedException {
        try {
            future.get(limit.remainingNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Gives up with this failure, unless the keeper has decided the outcome at the last moment. */
    private Optional<HeldLock> giveUp(RuntimeException failure) {
        if (acquisition.giveUp(failure)) {
            throw failure;
        }
        return outcomeNow();
    }

    /**
     * Ends the acquisition of a caller that gets the {@link InterruptedException}, whatever the outcome at the last
     * moment. The key is free for others when the caller continues, unless the server does not answer within the limit.
     */
    private void endInterrupted(InterruptedException interrupt) throws InterruptedException {
        if (acquisition.abandon()) {
            acquisition.progress().awaitFinish(CLEAN_UP_MILLIS);
            return;
        }
        try {
            outcomeNow().ifPresent(HeldLock::close);
        } catch (RuntimeException e) {
            interrupt.addSuppressed(e);
        }
    }

    private Optional<HeldLock> outcomeNow() {
        try {
            return outcome.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                // The stack trace shows the caller; the failure's cause shows what happened on the keeper thread.
                failure.fillInStackTrace();
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }
}
