// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.postgres.acquire.LocalQueues.Turn;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionUsers;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a keeper stop that asks the server for a lock which nobody wants any more. A cancel that arrives before the statement
 * has no effect, so it is repeated until the keeper has stopped. A session that does not react to it is retired.
 *
 * <p>Statements on a session with several locks may be about other locks. Nothing is canceled there; a statement that is not
 * answered in time ends with the lifetime of its session.
 */
final class StatementCanceller {

    private static final long INTERVAL_MILLIS = 50;

    private final AcquisitionProgress progress;
    private final Turn turn;
    private final SessionUsers users;
    private final Keepers keepers;
    private final Duration timeout;

    StatementCanceller(AcquisitionProgress progress, Turn turn, SessionUsers users, Keepers keepers, Duration timeout) {
        this.progress = progress;
        this.turn = turn;
        this.users = users;
        this.keepers = keepers;
        this.timeout = timeout;
    }

    /** Does not block. */
    void start() {
        Deadline patience = Deadline.after(timeout);
        try {
            keepers.execute(() -> cancelUntilFinished(patience));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // The locker is closed, and closing it cancels; or there is no thread, and the end of the wait has to do.
            Messages.LOG.log(System.Logger.Level.DEBUG, "nobody cancels the statement", e);
        }
    }

    private void cancelUntilFinished(Deadline patience) {
        Future<?> canceling = CompletableFuture.completedFuture(null);
        try {
            do {
                LockSession asking = progress.asking();
                if (patience.hasPassed()) {
                    giveUp(asking);
                    return;
                }
                if (asking != null && canceling.isDone()) {
                    // It needs a connection of its own, which may hang as well.
                    canceling = keepers.run(asking::cancel);
                }
            } while (!progress.awaitFinish(INTERVAL_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether somebody holds the lock is for the server to say, also to the next in line. */
    private void giveUp(@Nullable LockSession asking) {
        if (asking != null) {
            users.retire(asking, null);
        }
        turn.end();
    }
}
