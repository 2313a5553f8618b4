// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

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
 * Stops a keeper that asks the server for a lock which nobody wants any more. A cancel that arrives before the
 * statement has no effect, so it is repeated until the keeper has stopped. A session that does not react is retired.
 *
 * <p>Nothing is canceled on a shared session, whose statements may be about other locks. There a statement that is not
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

    /** Starts canceling, without blocking the caller. */
    void start() {
        Deadline patience = Deadline.after(timeout);
        try {
            keepers.execute(() -> cancelUntilFinished(patience));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // Either the locker is closed, which cancels as well, or there is no thread, and the wait ends at its
            // limit.
            Messages.LOG.log(System.Logger.Level.DEBUG, "no thread is available to cancel the statement", e);
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
                    // A cancel opens another connection, which may hang, too.
                    canceling = keepers.run(asking::cancel);
                }
            } while (!progress.awaitFinish(INTERVAL_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Retires the session, and lets the next in line ask the server whether somebody holds the lock. */
    private void giveUp(@Nullable LockSession asking) {
        if (asking != null) {
            users.retire(asking, null);
        }
        turn.end();
    }
}
