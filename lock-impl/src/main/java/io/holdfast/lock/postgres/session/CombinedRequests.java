// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.LockMode;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends what several callers ask of one session in one statement. While a statement runs, requests for different locks
 * queue. The first of them then sends its own together with all that are of its kind, so a request is never delayed for
 * the sake of others. If the statement fails, each of its requests fails.
 *
 * @param <T> the answer to one request
 */
final class CombinedRequests<T> {

    /** Sends requests; called by one thread at a time, which no other statement of the session delays. */
    interface Sender<T> {

        T one(LockMode mode, long lockId) throws SQLException;

        /** Returns the answers at the numbers of the locks. */
        Map<Long, T> many(LockMode mode, Collection<Long> lockIds) throws SQLException;
    }

    private static final class Request<T> {

        final LockMode mode;
        final long lockId;

        /** Completes with true when there is an answer or a failure, and with false if its caller is to send it. */
        final CompletableFuture<Boolean> over = new CompletableFuture<>();

        /** Written before {@code over} completes, as is the failure. */
        @Nullable
        T answer;

        @Nullable
        Throwable failure;

        Request(LockMode mode, long lockId) {
            this.mode = mode;
            this.lockId = lockId;
        }
    }

    private final ReentrantLock oneStatement;
    private final Sender<T> sender;

    /** The requests that wait for a statement to end. Guarded by this. */
    private final Deque<Request<T>> waiting = new ArrayDeque<>();

    /** Whether a caller sends, or waits for another statement of the session before it does. Guarded by this. */
    private boolean sending;

    /**
     * Creates the requests of one session.
     *
     * @param oneStatement held while a statement of the session runs
     */
    CombinedRequests(ReentrantLock oneStatement, Sender<T> sender) {
        this.oneStatement = oneStatement;
        this.sender = sender;
    }

    /** Blocks until there is an answer. No other request for this lock may be running. */
    T ask(LockMode mode, long lockId) throws SQLException {
        Request<T> own = enter(mode, lockId);
        if (own != null && own.over.join()) {
            return result(own);
        }
        oneStatement.lock();
        try {
            return send(mode, lockId);
        } finally {
            oneStatement.unlock();
            passOn();
        }
    }

    /** How many requests wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** Returns null if the caller may send at once. */
    private synchronized @Nullable Request<T> enter(LockMode mode, long lockId) {
        if (!sending) {
            sending = true;
            return null;
        }
        Request<T> request = new Request<>(mode, lockId);
        waiting.add(request);
        return request;
    }

    private T send(LockMode mode, long lockId) throws SQLException {
        List<Request<T>> others = takeAll(mode);
        if (others.isEmpty()) {
            return sender.one(mode, lockId);
        }
        Throwable failure = new IllegalStateException("the server has not answered for each lock");
        try {
            List<Long> lockIds = new ArrayList<>(others.size() + 1);
            lockIds.add(lockId);
            others.forEach(other -> lockIds.add(other.lockId));
            Map<Long, T> answers = sender.many(mode, lockIds);
            others.forEach(other -> other.answer = answers.get(other.lockId));
            return requireNonNull(answers.get(lockId));
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            for (Request<T> other : others) {
                other.failure = failure;
                other.over.complete(true);
            }
        }
    }

    private synchronized List<Request<T>> takeAll(LockMode mode) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Request<T>> taken = new ArrayList<>(waiting.size());
        for (Iterator<Request<T>> iterator = waiting.iterator(); iterator.hasNext(); ) {
            Request<T> request = iterator.next();
            if (request.mode == mode) {
                iterator.remove();
                taken.add(request);
            }
        }
        return taken;
    }

    /** Lets the caller that has waited longest send. */
    private void passOn() {
        Request<T> next;
        synchronized (this) {
            next = waiting.poll();
            sending = next != null;
        }
        if (next != null) {
            next.over.complete(false);
        }
    }

    private static <T> T result(Request<T> answered) throws SQLException {
        T answer = answered.answer;
        if (answer != null) {
            return answer;
        }
        Throwable failure = requireNonNull(answered.failure);
        if (failure instanceof SQLException e) {
            throw e;
        }
        throw new IllegalStateException("the statement for several locks failed", failure);
    }
}
