// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.AcquireStatement.Acquired;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Puts many locks on few sessions. No session has the same lock twice, since the server would grant it both times. No
 * lock is waited for on a shared session, since the statements of its other locks would have to wait, too. One idle
 * session is kept until the locker is closed.
 */
public final class SharedSessions implements SessionAllocation {

    /** Every statement of a session takes longer with every lock that it holds. */
    static final int LOCKS_PER_SESSION = 128;

    private final Sessions sessions;
    private final Keepers keepers;
    private final Fitness fitness;
    private final LockerConfig config;
    private final ReentrantLock opening = new ReentrantLock();

    /** Counts the answers to statements that make sessions ready, so that those who wait see the progress. */
    private final AtomicLong answers = new AtomicLong();

    /** The locks of each session, which it holds or asks for. Guarded by this. */
    private final Map<LockSession, Set<Long>> locks = new LinkedHashMap<>();

    /** Guarded by this. */
    private boolean closed;

    public SharedSessions(Sessions sessions, Keepers keepers, Fitness fitness, LockerConfig config) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.fitness = fitness;
        this.config = config;
        sessions.onShortage(this::returnIdle);
    }

    @Override
    public Optional<LockSession> take(long lockId, Deadline by, Runnable permitted, Progress progress)
            throws SQLException, InterruptedException {
        Optional<LockSession> shared = find(lockId);
        if (shared.isPresent()) {
            return shared;
        }
        // One after the other, so that many callers at once share the session that the first of them opens.
        awaitOpening(progress);
        try {
            shared = find(lockId);
            return shared.isPresent() ? shared : Optional.of(open(lockId, by, permitted, progress));
        } finally {
            opening.unlock();
        }
    }

    /** For as long as the caller that opens a session gets answers, it does not use up the time of the others. */
    private void awaitOpening(Progress progress) throws InterruptedException {
        long seen = answers.get();
        long stepNanos = config.answerTimeout().dividedBy(4).toNanos();
        while (!opening.tryLock(stepNanos, TimeUnit.NANOSECONDS)) {
            if (progress.isUnwanted()) {
                throw new InterruptedException();
            }
            if (answers.get() != seen) {
                seen = answers.get();
                progress.nextStep();
            }
        }
    }

    private synchronized Optional<LockSession> find(long lockId) {
        locks.keySet().removeIf(LockSession::isGone);
        for (Map.Entry<LockSession, Set<Long>> entry : locks.entrySet()) {
            if (entry.getValue().size() < LOCKS_PER_SESSION
                    && isUsable(entry.getKey())
                    && entry.getValue().add(lockId)) {
                return Optional.of(entry.getKey());
            }
        }
        return Optional.empty();
    }

    private boolean isUsable(LockSession session) {
        Lifetime lifetime = session.lifetime();
        return !session.isHanging(config.answerTimeout()) && (lifetime == null || !lifetime.hasEnded());
    }

    private LockSession open(long lockId, Deadline by, Runnable permitted, Progress progress)
            throws SQLException, InterruptedException {
        LockSession session = sessions.open("a shared session", by, config.connectionTimeout(), permitted);
        AnswerLimit limit = new AnswerLimit(session, progress, keepers, config.answerTimeout(), answers);
        boolean ready = false;
        try {
            session.setUp();
            fitness.require(session, limit);
            limit.nextStep();
            Acquired answer = session.makeReady(SessionTerms.ofMany(config));
            if (answer.granted() == null) {
                throw CommonMessages.standby("locks");
            }
            sessions.requireAlone(session);
            fitness.requireServer(session, limit);
            adopt(session, lockId);
            ready = true;
            return session;
        } finally {
            limit.cancel();
            if (!ready) {
                session.abort();
            }
        }
    }

    @Override
    public synchronized boolean adopt(LockSession dedicated, long lockId) {
        locks.put(dedicated, new HashSet<>(Set.of(lockId)));
        return true;
    }

    @Override
    public void putBack(LockSession session, long lockId) {
        if (removeLock(session, lockId)) {
            restoreAndReturn(session);
        }
    }

    /** Whether the session is not needed any more. */
    private synchronized boolean removeLock(LockSession session, long lockId) {
        Set<Long> remaining = locks.get(session);
        if (remaining == null) {
            return true;
        }
        remaining.remove(lockId);
        boolean surplus = remaining.isEmpty() && (closed || locks.size() > 1 || sessions.isShort());
        if (surplus) {
            locks.remove(session);
        }
        return surplus;
    }

    /** A session that is not ready has no settings to restore. One that fails to restore them is aborted. */
    private void restoreAndReturn(LockSession session) {
        Future<?> limit = session.abortAfter(config.answerTimeout(), keepers);
        try {
            if (!session.isReady() || session.restore()) {
                session.returnToPool();
            } else {
                session.abort();
            }
        } catch (Throwable e) {
            session.abort();
        } finally {
            limit.cancel(false);
        }
    }

    @Override
    public synchronized Collection<LockSession> idle() {
        return locks.entrySet().stream()
                .filter(entry -> entry.getValue().isEmpty() && !entry.getKey().isGone())
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        returnIdle();
    }

    private void returnIdle() {
        List<LockSession> surplus;
        synchronized (this) {
            surplus = List.copyOf(idle());
            surplus.forEach(locks::remove);
        }
        surplus.forEach(this::restoreAndReturn);
    }
}
