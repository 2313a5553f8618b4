// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.thread.Keepers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Aborts a session that does not answer in time. The limit begins again with each statement that is announced. */
final class AnswerLimit implements Progress {

    private final LockSession session;
    private final Progress progress;
    private final Keepers keepers;
    private final Duration timeout;
    private final AtomicLong answers;
    private Future<?> end = CompletableFuture.completedFuture(null);

    AnswerLimit(LockSession session, Progress progress, Keepers keepers, Duration timeout, AtomicLong answers) {
        this.session = session;
        this.progress = progress;
        this.keepers = keepers;
        this.timeout = timeout;
        this.answers = answers;
    }

    @Override
    public void nextStep() {
        cancel();
        answers.incrementAndGet();
        progress.nextStep();
        end = session.abortAfter(timeout, keepers);
    }

    @Override
    public boolean isUnwanted() {
        return progress.isUnwanted();
    }

    void cancel() {
        end.cancel(false);
    }
}
