// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server a short question on any session that answers. It prefers a session that this locker has anyway, which
 * needs no further connection. A session that does not answer keeps its thread waiting, and the next one is asked
 * instead.
 */
public final class SessionProbe {

    /** The role lacks the right to ask this question. */
    public static final class NotPermittedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final SQLException refusal;

        NotPermittedException(SQLException refusal) {
            super(refusal);
            this.refusal = refusal;
        }

        public SQLException refusal() {
            return refusal;
        }
    }

    private final Sessions sessions;
    private final Keepers keepers;
    private final Duration timeout;
    private final SessionUsers users;
    private final AtomicBoolean borrowing = new AtomicBoolean();

    /** The session that has answered last; null if it did not answer the last question. */
    private volatile @Nullable LockSession answering;

    public SessionProbe(Sessions sessions, Keepers keepers, LockerConfig config, SessionUsers users) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.timeout = config.answerTimeout();
        this.users = users;
    }

    /**
     * Asks sessions of this server one after the other, and then a borrowed one, which may lead to another server;
     * empty if none answers in time. Begins with the session that has answered last: it has planned the question, and
     * read what it needs of the catalog, and the other sessions need no memory for that.
     *
     * @param server when the server started; null for any server
     * @throws NotPermittedException if the role may not ask this
     */
    public <T> Optional<T> ask(Question<T> question, @Nullable Long server) {
        Deadline deadline = Deadline.after(timeout);
        List<LockSession> candidates = new ArrayList<>(users.askableSessions());
        candidates.removeIf(
                session -> server != null && server != session.backend().serverStart());
        Collections.shuffle(candidates);
        LockSession last = answering;
        if (last != null && candidates.remove(last)) {
            candidates.add(0, last);
        }
        for (LockSession session : candidates) {
            if (deadline.hasPassed()) {
                return Optional.empty();
            }
            Optional<T> answer = askOn(session, question);
            answering = answer.isPresent() ? session : null;
            if (answer.isPresent()) {
                return answer;
            }
        }
        return within(timeout, () -> askOnBorrowed(question));
    }

    /** Asks this session; empty if it is busy or does not answer within a quarter of the timeout. */
    public <T> Optional<T> askOn(LockSession session, Question<T> question) {
        return within(timeout.dividedBy(4), () -> unlessBusy(session, question));
    }

    private <T> Optional<T> within(Duration limit, Callable<Optional<T>> asking) {
        try {
            return Uninterruptibly.get(keepers.submit(asking), limit);
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (SQLException e) {
            throw new IllegalStateException("asking handles its own failures", e);
        }
    }

    private <T> Optional<T> unlessBusy(LockSession session, Question<T> question) {
        try {
            return session.unlessBusy(() -> question.ask(session));
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw new NotPermittedException(e);
            }
            if (SqlStates.isSessionLost(e)) {
                users.retire(session, e);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "a connection failed to ask", e);
            return Optional.empty();
        }
    }

    /** Borrows one connection at a time, since connections are for locks in the first place. */
    private <T> Optional<T> askOnBorrowed(Question<T> question) {
        if (!borrowing.compareAndSet(false, true)) {
            return Optional.empty();
        }
        try {
            return Optional.of(askAndReturn(sessions.borrow(), question));
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw new NotPermittedException(e);
            }
            Messages.LOG.log(System.Logger.Level.DEBUG, "no session to ask", e);
            return Optional.empty();
        } catch (RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "the pool failed to lend a connection", e);
            return Optional.empty();
        } finally {
            borrowing.set(false);
        }
    }

    private <T> T askAndReturn(LockSession session, Question<T> question) throws SQLException {
        Future<?> limit = session.abortAfter(timeout, keepers);
        boolean answered = false;
        try {
            session.setUp();
            T answer = question.ask(session);
            answered = true;
            return answer;
        } finally {
            limit.cancel(false);
            if (answered) {
                session.returnToPool();
            } else {
                session.abort();
            }
        }
    }
}
