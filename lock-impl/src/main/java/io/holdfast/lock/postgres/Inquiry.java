// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockException;
import io.holdfast.lock.postgres.Fitness.Progress;
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
    private final Duration timeout;
    private final String what;
    private final SlowQuestion<T> question;

    /** Whether the question is one statement, which leaves nothing behind when it fails. */
    private final boolean isSingle;

    /** Moves on with every statement of the question. */
    private volatile Deadline answerBy;

    /** The session that asks, or null before there is one. Guarded by this. */
    private LockSession session;

    /** Nobody waits for the answer any more. Guarded by this. */
    private boolean abandoned;

    Inquiry(
            Sessions sessions,
            Keepers keepers,
            Duration timeout,
            String what,
            SlowQuestion<T> question,
            boolean isSingle) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.timeout = timeout;
        this.what = what;
        this.question = question;
        this.isSingle = isSingle;
    }

    /** A question of several statements, which announces each before it is sent. */
    @FunctionalInterface
    interface SlowQuestion<T> {
        T ask(LockSession session, Progress progress) throws SQLException;
    }

    /** Waits for a connection and for the answer to each statement, for each as long as the timeout. */
    T await() throws InterruptedException {
        Duration limit = timeout.multipliedBy(2);
        answerBy = Deadline.after(limit);
        CompletableFuture<T> answer = keepers.submit(this::ask);
        try {
            while (true) {
                try {
                    return answer.get(answerBy.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (answerBy.hasPassed()) {
                        throw abandon() ? Messages.noAnswer(what, limit) : Messages.noConnection(what, limit, null);
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
        public void goesOn() {
            answerBy = Deadline.after(timeout.multipliedBy(2));
        }

        @Override
        public boolean isOver() {
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
            return Messages.noConnection(what, timeout, e);
        }
        return Messages.unavailable(what, failure);
    }

    /** Whether there was a session, which is ended then; one that comes later is given back unused. */
    private synchronized boolean abandon() {
        abandoned = true;
        if (session == null) {
            return false;
        }
        keepers.run(() -> session.end());
        return true;
    }

    private T ask() throws SQLException {
        LockSession opened = sessions.borrow();
        synchronized (this) {
            session = opened;
            if (abandoned) {
                opened.unpin();
                return null;
            }
        }
        boolean unharmed = false;
        try {
            opened.pin();
            T answer = question.ask(opened, new Waiting());
            unharmed = true;
            return answer;
        } catch (SQLException e) {
            unharmed = isSingle && SqlStates.isRefused(e);
            throw e;
        } catch (LockException e) {
            unharmed = isSingle && e.getCause() instanceof SQLException cause && SqlStates.isRefused(cause);
            throw e;
        } finally {
            if (unharmed) {
                opened.unpin();
            } else {
                opened.end();
            }
        }
    }
}
