// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One question to the database, on a session that is borrowed for it. The session is returned afterwards, or aborted if
 * it does not answer.
 *
 * @param <T> the answer
 */
final class Inquiry<T> {

    private final Sessions sessions;
    private final Keepers keepers;
    private final Duration connectionTimeout;

    /** How long to wait for a connection and one answer. */
    private final Duration timeout;

    private final String subject;
    private final LongQuestion<T> question;

    /** Whether the question is one statement, which leaves nothing behind when it fails. */
    private final boolean singleStatement;

    /** Begins again with every statement of the question, unless the question is limited as a whole. */
    private volatile Deadline answerBy;

    /** Whether there is one limit for all statements of the question. Written once, before the question is asked. */
    private boolean limitedAsWhole;

    /** The session that asks; null before there is one. Guarded by this. */
    private @Nullable LockSession session;

    /** Whether nobody waits for the answer any more. Guarded by this. */
    private boolean abandoned;

    Inquiry(
            Sessions sessions,
            Keepers keepers,
            LockerConfig config,
            String subject,
            LongQuestion<T> question,
            boolean singleStatement) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.connectionTimeout = config.connectionTimeout();
        this.timeout = config.connectionTimeout().plus(config.answerTimeout());
        this.subject = subject;
        this.question = question;
        this.singleStatement = singleStatement;
        this.answerBy = Deadline.after(timeout);
    }

    /**
     * A question of several statements.
     *
     * @param <T> the answer
     */
    @FunctionalInterface
    public interface LongQuestion<T> {

        /** Asks on this session, and announces each statement before it is sent. */
        T ask(LockSession session, Progress progress) throws SQLException;
    }

    /** Waits for a connection and the first answer, and then for each further answer, each time for the timeout. */
    T await() throws InterruptedException {
        return awaitFor(timeout);
    }

    /** Waits for a connection and all answers, at most for this time. */
    T await(Duration atMost) throws InterruptedException {
        limitedAsWhole = true;
        return awaitFor(atMost);
    }

    private T awaitFor(Duration limit) throws InterruptedException {
        answerBy = Deadline.after(limit);
        CompletableFuture<T> answer = keepers.submit(this::ask);
        try {
            while (true) {
                try {
                    return answer.get(answerBy.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (answerBy.hasPassed()) {
                        throw abandon()
                                ? CommonMessages.noAnswer(subject, limit)
                                : sessions.noConnection(subject, limit);
                    }
                }
            }
        } catch (InterruptedException e) {
            abandon();
            throw e;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private final class Waiting implements Progress {

        @Override
        public void nextStep() {
            if (!limitedAsWhole) {
                answerBy = Deadline.after(timeout);
            }
        }

        @Override
        public boolean isUnwanted() {
            synchronized (Inquiry.this) {
                return abandoned;
            }
        }
    }

    private RuntimeException failure(@Nullable Throwable failure) {
        if (failure instanceof LockException e) {
            return e;
        }
        if (failure instanceof SQLException e && SqlStates.isPoolExhausted(e)) {
            return CommonMessages.noConnection(subject, connectionTimeout, e);
        }
        return CommonMessages.unavailable(subject, failure);
    }

    /** Whether there was a session, which is aborted then; a session that comes later is returned unused. */
    private boolean abandon() {
        LockSession asking;
        synchronized (this) {
            abandoned = true;
            asking = session;
        }
        if (asking == null) {
            return false;
        }
        keepers.run(asking::abort);
        return true;
    }

    /** False if nobody waits for the answer any more. */
    private synchronized boolean begin(LockSession opened) {
        session = opened;
        return !abandoned;
    }

    private T ask() throws SQLException {
        LockSession opened = sessions.borrow();
        if (!begin(opened)) {
            opened.returnToPool();
            throw new CancellationException("nobody waits for the answer any more");
        }
        boolean unharmed = false;
        try {
            opened.setUp();
            opened.requirePostgres();
            T answer = question.ask(opened, new Waiting());
            unharmed = true;
            return answer;
        } catch (SQLException e) {
            unharmed = singleStatement && SqlStates.isServerError(e);
            throw e;
        } catch (LockException e) {
            unharmed = singleStatement && e.getCause() instanceof SQLException cause && SqlStates.isServerError(cause);
            throw e;
        } finally {
            if (unharmed) {
                opened.returnToPool();
            } else {
                opened.abort();
            }
        }
    }
}
