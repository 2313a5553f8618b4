// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.acquire.AcquisitionProgress.Stage;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.session.Failures;
import io.holdfast.lock.postgres.session.Progress;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Interruption;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The stages of one acquisition's work, with the time that each may take. They answer the question of a caller that waits too
 * long: what is missing?
 */
final class GrantStages implements Progress {

    private static final Duration SHORTEST_OWN_TIME = Duration.ofMillis(250);

    private final LockAttempt attempt;
    private final AcquisitionProgress progress;
    private final GrantAttempt statement;
    private final Sessions sessions;
    private final LockLimit limit;
    private final LockerConfig config;

    /** For lack of a session, a permit or a connection the attempt does not fail before this time. */
    private final Duration ownTime;

    /** Until when to continue without a session that answers. Used by keepers only, after it was first set. */
    private Deadline ownEnd;

    /** Why another session had to be found; null if none had. */
    private volatile @Nullable SQLException lastFailure;

    GrantStages(
            LockAttempt attempt,
            AcquisitionProgress progress,
            GrantAttempt statement,
            Sessions sessions,
            LockLimit limit,
            LockerConfig config) {
        this.attempt = attempt;
        this.progress = progress;
        this.statement = statement;
        this.sessions = sessions;
        this.limit = limit;
        this.config = config;
        this.ownTime = ownTime(attempt, config.connectionTimeout());
        this.ownEnd = Deadline.after(ownTime);
    }

    /** As long as the wait, at most the connection timeout, but time enough to open a connection. */
    private static Duration ownTime(LockAttempt attempt, Duration connectionTimeout) {
        Duration wanted = attempt.waitAtMost().isZero() ? connectionTimeout : attempt.waitAtMost();
        Duration enough = wanted.compareTo(SHORTEST_OWN_TIME) < 0 ? SHORTEST_OWN_TIME : wanted;
        return enough.compareTo(connectionTimeout) < 0 ? enough : connectionTimeout;
    }

    void startOwnTime() {
        ownEnd = Deadline.after(ownTime);
        statement.expectAnswerBy(ownEnd);
    }

    Duration ownTime() {
        return ownTime;
    }

    Deadline ownEnd() {
        return ownEnd;
    }

    boolean isOwnTimeOver() {
        return ownEnd.hasPassed();
    }

    /** When the keeper has come to the end of its present stage if all is well. */
    Deadline answerBy() {
        return statement.answerBy();
    }

    /** Does what has to be done before the server is asked, and may be interrupted. */
    <T> T open(Stage stage, Interruption.Work<T> work) throws SQLException {
        return progress.opening().run(() -> {
            progress.reach(stage);
            statement.expectAnswerBy(ownEnd);
            return work.run();
        });
    }

    /** The limit of sessions has let this attempt through; now it waits for a connection. */
    void permitted() {
        progress.reach(Stage.CONNECTION);
    }

    /** {@inheritDoc} The limit moves first: a reader that finds the former one passed still sees the stage that it was for. */
    @Override
    public void nextStep() {
        statement.expectAnswerAfter(Duration.ZERO);
        progress.reach(Stage.SERVER);
    }

    @Override
    public boolean isUnwanted() {
        return progress.isDecided();
    }

    /** A session failed, and another one is tried. */
    void failed(SQLException failure) {
        lastFailure = failure;
    }

    LockException failure(SQLException failure) {
        return SqlStates.isPoolExhausted(failure)
                ? CommonMessages.noConnection(lock(), ownTime, failure)
                : Failures.of(attempt.request(), lock(), failure);
    }

    /** The keeper has not come to an outcome in time: why, by the stage that it has reached. */
    LockException overdue(Stage reached) {
        SQLException failed = lastFailure;
        return switch (reached) {
            case IN_LINE -> sessions.noConnection(lock(), config.connectionTimeout());
            case ADMITTED, LOCK_PERMIT, SESSION_PERMIT ->
                limit.isReached() ? Messages.tooManyLocks(lock(), limit.limit()) : sessions.tooMany(lock(), ownTime);
            case CONNECTION -> failed == null ? sessions.noConnection(lock(), ownTime) : failure(failed);
            case SERVER, FINISHED -> CommonMessages.noAnswer(lock(), config.answerTimeout());
        };
    }

    private String lock() {
        return Shown.lock(attempt);
    }
}
