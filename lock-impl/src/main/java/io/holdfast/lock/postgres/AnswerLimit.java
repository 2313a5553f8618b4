// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.postgres.Fitness.Progress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Ends a session that does not answer to one statement in time, as it hears of the statements one by one. */
final class AnswerLimit implements Progress {

    private final LockSession session;
    private final Progress progress;
    private final Keepers keepers;
    private final Duration timeout;
    private Future<?> end = CompletableFuture.completedFuture(null);

    AnswerLimit(LockSession session, Progress progress, Keepers keepers, Duration timeout) {
        this.session = session;
        this.progress = progress;
        this.keepers = keepers;
        this.timeout = timeout;
    }

    @Override
    public void goesOn() {
        end();
        progress.goesOn();
        end = keepers.endAfter(timeout, session);
    }

    void end() {
        end.cancel(false);
    }
}
