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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One question to the database on a session borrowed for it, which is given back, or ended if it does not answer.
 *
 * @param <T> the answer
 */
final class Inquiry<T> {

    private final Sessions sessions;
    private final Keepers keepers;
    private final Duration connectionTimeout;

    /** For a connection and one answer. */
    private final Duration timeout;

    private final String what;
    private final LongQuestion<T> question;

    /** Whether the question is one statement, which leaves nothing behind when it fails. */
    private final boolean isSingle;

    /** Moves on with every statement of the question, unless the whole of it is limited. */
    private volatile Deadline answerBy;

    /** Whether the question has one limit, whatever the number of its statements. Written once, before it is asked. */
    private boolean limitedAsWhole;

    /** The session that asks, or null before there is one. Guarded by this. */
    private LockSession session;

    /** Nobody waits for the answer any more. Guarded by this. */
    private boolean abandoned;

    Inquiry(
            Sessions sessions,
            Keepers keepers,
            LockerConfig config,
            String what,
            LongQuestion<T> question,
            boolean isSingle) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.connectionTimeout = config.connectionTimeout();
        this.timeout = config.connectionTimeout().plus(config.answerTimeout());
        this.what = what;
        this.question = question;
        this.isSingle = isSingle;
    }

    /** A question of several statements, which announces each before it is sent. */
    @FunctionalInterface
    public interface LongQuestion<T> {
        T ask(LockSession session, Progress progress) throws SQLException;
    }

    /** Waits for a connection and for the answer to each statement, for each as long as the timeout. */
    T await() throws InterruptedException {
        return awaitFor(timeout);
    }

    /** Waits for the whole answer, at most as long as this. */
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
                        throw abandon() ? CommonMessages.noAnswer(what, limit) : sessions.noConnection(what, limit);
                    }
                }
            }
        } catch (InterruptedException e) {
            abandon();
            throw e;
        } catch (ExecutionException e) {
            throw told(e.getCause());
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

    private RuntimeException told(Throwable failure) {
        if (failure instanceof LockException e) {
            return e;
        }
        if (failure instanceof SQLException e && SqlStates.isPoolExhausted(e)) {
            return CommonMessages.noConnection(what, connectionTimeout, e);
        }
        return CommonMessages.unavailable(what, failure);
    }

    /** Whether there was a session, which is ended then; one that comes later is given back unused. */
    private synchronized boolean abandon() {
        abandoned = true;
        if (session == null) {
            return false;
        }
        keepers.run(() -> session.abort());
        return true;
    }

    private T ask() throws SQLException {
        LockSession opened = sessions.borrow();
        synchronized (this) {
            session = opened;
            if (abandoned) {
                opened.returnToPool();
                return null;
            }
        }
        boolean unharmed = false;
        try {
            opened.setUp();
            opened.requirePostgres();
            T answer = question.ask(opened, new Waiting());
            unharmed = true;
            return answer;
        } catch (SQLException e) {
            unharmed = isSingle && SqlStates.isServerError(e);
            throw e;
        } catch (LockException e) {
            unharmed = isSingle && e.getCause() instanceof SQLException cause && SqlStates.isServerError(cause);
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
