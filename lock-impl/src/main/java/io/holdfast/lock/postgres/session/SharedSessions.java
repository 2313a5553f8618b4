// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.AcquireStatement.Acquired;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Puts many locks on few sessions. No session has the same lock twice, since the server would grant it both times. No
 * lock is waited for on a shared session, since the statements of its other locks would have to wait, too. A lock gets
 * the session that the fewest callers use. While callers queue, a few more sessions are opened than the locks need.
 * They are returned when they have been idle for a time; one idle session is kept until the locker is closed.
 */
public final class SharedSessions implements SessionAllocation {

    /** Every statement of a session takes longer with every lock that it holds. */
    static final int LOCKS_PER_SESSION = 128;

    /** The most sessions that are opened because the others are busy: each takes a connection from the pool. */
    private static final int MOST_BECAUSE_BUSY = 4;

    /** How long to wait after an attempt to open a further session has failed. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Progress NOBODY_WAITS = new Progress() {
        @Override
        public void nextStep() {}

        @Override
        public boolean isUnwanted() {
            return false;
        }
    };

    private final Sessions sessions;
    private final Keepers keepers;
    private final Fitness fitness;
    private final LockerConfig config;
    private final ReentrantLock opening = new ReentrantLock();

    /** Counts the answers to statements that make sessions ready, so that those who wait see the progress. */
    private final AtomicLong answers = new AtomicLong();

    private final LockPlaces places;

    /** Whether a session is being opened because the others are busy. */
    private final AtomicBoolean spreading = new AtomicBoolean();

    /** Whether the timer will look for idle sessions. */
    private final AtomicBoolean returning = new AtomicBoolean();

    public SharedSessions(Sessions sessions, Keepers keepers, Fitness fitness, LockerConfig config) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.fitness = fitness;
        this.config = config;
        int spread = Math.max(1, Math.min(MOST_BECAUSE_BUSY, sessions.limit() / 2));
        this.places = new LockPlaces(LOCKS_PER_SESSION, spread, this::isUsable, sessions::isShort);
        sessions.onShortage(this::returnIdle);
    }

    @Override
    public Optional<LockSession> take(long lockId, Deadline by, Runnable permitted, Progress progress)
            throws SQLException, InterruptedException {
        Optional<LockSession> shared = takeShared(lockId);
        if (shared.isPresent()) {
            return shared;
        }
        // One after the other, so that many callers at once share the session that the first of them opens.
        awaitOpening(progress);
        try {
            shared = places.take(lockId);
            if (shared.isEmpty()) {
                LockSession opened = open(by, permitted, progress);
                places.add(opened, lockId);
                shared = Optional.of(opened);
            }
            return shared;
        } finally {
            opening.unlock();
        }
    }

    @Override
    public Optional<LockSession> takeShared(long lockId) {
        Optional<LockSession> shared = places.take(lockId);
        shared.ifPresent(this::spreadIfBusy);
        return shared;
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

    private boolean isUsable(LockSession session) {
        return !session.isHanging(config.answerTimeout()) && !session.isOver() && !session.mustEnd();
    }

    /**
     * Opens a further session if somebody waits for a statement on this one, which is the least busy. The caller does
     * not wait for that: it takes longer than the statement.
     */
    private void spreadIfBusy(LockSession leastBusy) {
        if (leastBusy.callers() > 1 && places.mayBeMore() && spreading.compareAndSet(false, true)) {
            keepers.run(this::spread);
        }
    }

    private void spread() {
        Duration pause = PAUSE;
        try {
            LockSession opened = open(Deadline.after(Duration.ZERO), () -> {}, NOBODY_WAITS);
            if (places.addIdle(opened)) {
                returnIdleLater();
            } else {
                restoreAndReturn(opened);
            }
            pause = Duration.ZERO;
        } catch (SQLException | InterruptedException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "no further shared session", e);
        } finally {
            keepers.schedule(() -> spreading.set(false), pause);
        }
    }

    private LockSession open(Deadline by, Runnable permitted, Progress progress)
            throws SQLException, InterruptedException {
        LockSession session = sessions.open("a shared session", by, config.connectionTimeout(), permitted);
        AnswerLimit limit = new AnswerLimit(session, progress, keepers, config.answerTimeout(), answers);
        boolean ready = false;
        try {
            session.setUp();
            fitness.require(session, limit);
            limit.nextStep();
            Acquired answer = session.locks().makeReady(SessionTerms.ofMany(config));
            if (answer.granted() == null) {
                throw CommonMessages.standby("locks");
            }
            sessions.requireAlone(session);
            fitness.requireServer(session, limit);
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
    public boolean adopt(LockSession dedicated, long lockId) {
        places.add(dedicated, lockId);
        return true;
    }

    @Override
    public void putBack(LockSession session, long lockId) {
        if (places.putBack(session, lockId)) {
            restoreAndReturn(session);
        } else if (places.areSeveral()) {
            returnIdleLater();
        }
    }

    private void returnIdleLater() {
        if (returning.compareAndSet(false, true)) {
            keepers.schedule(() -> keepers.run(this::returnLongIdle), config.keepSession());
        }
    }

    /** Returns those that have been idle for long, except one. */
    private void returnLongIdle() {
        returning.set(false);
        places.removeIdleFor(config.keepSession()).forEach(this::restoreAndReturn);
        if (places.areSeveral() && !places.idle().isEmpty()) {
            returnIdleLater();
        }
    }

    private void restoreAndReturn(LockSession session) {
        session.restoreAndReturn(config.answerTimeout(), keepers);
    }

    @Override
    public Collection<LockSession> idle() {
        return places.idle();
    }

    @Override
    public void close() {
        places.close();
        returnIdle();
    }

    private void returnIdle() {
        places.removeIdle().forEach(this::restoreAndReturn);
    }
}
