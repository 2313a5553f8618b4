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
 * The stages of one acquisition's work, with the time that each may take. If a caller waits too long, the stage shows
 * what is missing.
 */
final class GrantStages implements Progress {

    private static final Duration SHORTEST_PREPARATION = Duration.ofMillis(250);

    private final LockAttempt attempt;
    private final AcquisitionProgress progress;
    private final LockStatement statement;
    private final Sessions sessions;
    private final LockLimit limit;
    private final LockerConfig config;

    /** How long the acquisition waits for what it needs before the server can be asked: permits and a connection. */
    private final Duration preparationTime;

    /** The end of that time. After it was first set, it is used by keepers only. */
    private Deadline preparationEnd;

    /** The failure of the last session; null if none has failed. */
    private volatile @Nullable SQLException lastFailure;

    GrantStages(
            LockAttempt attempt,
            AcquisitionProgress progress,
            LockStatement statement,
            Sessions sessions,
            LockLimit limit,
            LockerConfig config) {
        this.attempt = attempt;
        this.progress = progress;
        this.statement = statement;
        this.sessions = sessions;
        this.limit = limit;
        this.config = config;
        this.preparationTime = preparationTime(attempt, config.connectionTimeout());
        this.preparationEnd = Deadline.after(preparationTime);
    }

    /** The length of the wait, at most the connection timeout, but enough time to open a connection. */
    private static Duration preparationTime(LockAttempt attempt, Duration connectionTimeout) {
        Duration wanted = attempt.waitAtMost().isZero() ? connectionTimeout : attempt.waitAtMost();
        Duration enough = wanted.compareTo(SHORTEST_PREPARATION) < 0 ? SHORTEST_PREPARATION : wanted;
        return enough.compareTo(connectionTimeout) < 0 ? enough : connectionTimeout;
    }

    void startPreparation() {
        preparationEnd = Deadline.after(preparationTime);
        statement.expectAnswerBy(preparationEnd);
    }

    Duration preparationTime() {
        return preparationTime;
    }

    Deadline preparationEnd() {
        return preparationEnd;
    }

    boolean isPreparationOver() {
        return preparationEnd.hasPassed();
    }

    /** Returns the moment at which the current stage of the keeper is overdue. */
    Deadline answerBy() {
        return statement.answerBy();
    }

    /** Returns the moment at which a caller looks again, since a new stage may be overdue before the former one is. */
    Deadline lookAgainBy() {
        return answerBy().earlier(Deadline.after(config.answerTimeout()));
    }

    /** Does work before the server is asked, which may be interrupted. */
    <T> T open(Stage stage, Interruption.Work<T> work) throws SQLException {
        return progress.opening().run(() -> {
            statement.expectAnswerBy(preparationEnd);
            progress.reach(stage);
            return work.run();
        });
    }

    /** To be called when the limit of sessions allows one more, so that a connection is waited for. */
    void permitted() {
        progress.reach(Stage.CONNECTION);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The time is set before the stage. So a caller that sees that the former time has passed, and has read the
     * stage before, has read the stage that this time was for.
     */
    @Override
    public void nextStep() {
        statement.expectAnswerAfter(Duration.ZERO);
        progress.reach(Stage.SERVER);
    }

    @Override
    public boolean isUnwanted() {
        return progress.isDecided();
    }

    /** To be called when a session has failed, before another is tried. */
    void failed(SQLException failure) {
        lastFailure = failure;
    }

    LockException failure(SQLException failure) {
        return SqlStates.isPoolExhausted(failure)
                ? CommonMessages.noConnection(shownLock(), preparationTime, failure)
                : Failures.of(attempt.request(), shownLock(), failure);
    }

    /**
     * Returns the failure of an acquisition that has no outcome in time; its cause depends on the stage it has reached.
     */
    LockException overdue(Stage reached) {
        SQLException failed = lastFailure;
        return switch (reached) {
            case IN_LINE, ADMISSION, LOCK_PERMIT, SESSION_PERMIT ->
                limit.isReached()
                        ? Messages.tooManyLocks(shownLock(), limit.limit())
                        : sessions.tooMany(shownLock(), preparationTime);
            case CONNECTION -> failed == null ? sessions.noConnection(shownLock(), preparationTime) : failure(failed);
            case SERVER, FINISHED -> CommonMessages.noAnswer(shownLock(), config.answerTimeout());
        };
    }

    private String shownLock() {
        return Shown.lock(attempt);
    }
}
