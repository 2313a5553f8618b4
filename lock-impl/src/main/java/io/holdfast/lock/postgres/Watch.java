// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.LockSession.Backend;
import io.holdfast.lock.postgres.LockSession.Holding;
import io.holdfast.lock.postgres.LockSession.Holdings;
import io.holdfast.lock.postgres.LockSession.Question;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks after the locks that are held, on the locker's timer and keeper threads:
 *
 * <ul>
 *   <li>one query at every check interval tells which of all locks the server still has ({@link #check});
 *   <li>every session gives a sign of life at a third of the heartbeat ({@link #touch});
 *   <li>sessions in doubt, which were given up on this side, are ended on the server ({@link #bury}).
 * </ul>
 *
 * The question is asked on a session that holds a lock, which needs no further connection. A session that does not answer
 * keeps its thread waiting and is asked no more; the next check asks another one.
 */
final class Watch {

    private final PostgresLocker locker;
    private final Duration touchInterval;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean borrowing = new AtomicBoolean();
    private final AbandonedHandles abandoned = new AbandonedHandles();

    private final Queue<LockSession> toTouch = new ConcurrentLinkedQueue<>();
    private final Set<LockSession> touched = ConcurrentHashMap.newKeySet();

    /** Sessions that were given up here and may live on the server. */
    private final Set<Backend> inDoubt = ConcurrentHashMap.newKeySet();

    Watch(PostgresLocker locker) {
        this.locker = locker;
        this.touchInterval = locker.config().heartbeat().dividedBy(6);
    }

    /** With the first lock; before that there is nothing to look after. */
    void start() {
        if (started.compareAndSet(false, true)) {
            locker.keepers().every(locker.config().checkInterval(), this::look);
            if (!touchInterval.isZero()) {
                locker.keepers().every(touchInterval, this::startTouching);
            }
        }
    }

    void handedOut(Handle handle) {
        abandoned.watch(handle);
    }

    /** On the timer's thread, which must not be kept waiting. */
    private void look() {
        abandoned.forEach(this::releaseAbandoned);
        if (!locker.outstanding().isEmpty() || !inDoubt.isEmpty()) {
            locker.keepers().submit(() -> {
                locker.outstanding().forEach(HeldLock::tellSuspicion);
                check();
                bury();
                return null;
            });
        }
    }

    private void releaseAbandoned(HeldLock lock) {
        LockState state = lock.state();
        if (state != LockState.RELEASED && state != LockState.LOST) {
            Messages.abandoned(lock.key());
            lock.startEnding();
        }
    }

    // ---- which locks are held

    private void check() {
        List<HeldLock> locks = List.copyOf(locker.outstanding());
        if (locks.isEmpty()) {
            return;
        }
        Set<Integer> pids = new LinkedHashSet<>();
        locks.forEach(lock -> pids.add(lock.grant().session().backend().pid()));
        ask(session -> seen(session, pids))
                .filter(seen -> !seen.holdings().standby())
                .ifPresent(seen -> compare(locks, seen));
    }

    private record Seen(long sentNanos, Holdings holdings) {}

    private static Seen seen(LockSession session, Set<Integer> pids) throws SQLException {
        long sentNanos = System.nanoTime();
        return new Seen(sentNanos, session.holdings(pids));
    }

    /** What a server that has restarted since, or taken over from another, says of a lock is that it does not have it. */
    private static void compare(List<HeldLock> locks, Seen seen) {
        Map<Integer, List<Holding>> byPid = new HashMap<>();
        for (Holding holding : seen.holdings().all()) {
            byPid.computeIfAbsent(holding.pid(), pid -> new ArrayList<>()).add(holding);
        }
        for (HeldLock lock : locks) {
            Backend backend = lock.grant().session().backend();
            boolean held = backend.serverStart() == seen.holdings().serverStart()
                    && byPid.getOrDefault(backend.pid(), List.of()).stream()
                            .anyMatch(holding -> isOf(lock, backend, holding));
            if (held) {
                lock.proven(seen.sentNanos());
            } else {
                lock.lose(null);
            }
        }
    }

    /** A session that began after the lock was seen is another one, which was given the same process id. */
    private static boolean isOf(HeldLock lock, Backend backend, Holding holding) {
        return holding.lockId() == lock.grant().lockId()
                && holding.shared() == (lock.mode() == LockMode.SHARED)
                && (holding.sessionStart() == null || holding.sessionStart() <= backend.seenAt());
    }

    // ---- signs of life

    private void startTouching() {
        for (LockSession session : sessions()) {
            Lifetime lifetime = session.lifetime();
            if (lifetime != null && lifetime.hasEnded()) {
                locker.keepers().submit(() -> {
                    locker.discard(session, null);
                    return null;
                });
            } else if (lifetime != null && lifetime.isTouchDue() && touched.add(session)) {
                toTouch.add(session);
            }
        }
        // Whatever an earlier run has left, because a session does not answer, is taken over by this one.
        if (!toTouch.isEmpty()) {
            locker.keepers().submit(this::touch);
        }
    }

    private Void touch() {
        for (LockSession session = toTouch.poll(); session != null; session = toTouch.poll()) {
            try {
                if (!session.unlessBusy(LockSession::touch).orElse(true)) {
                    locker.discard(session, null);
                }
            } catch (SQLException e) {
                if (SqlStates.isSessionLost(e)) {
                    locker.discard(session, e);
                }
            } finally {
                touched.remove(session);
            }
        }
        return null;
    }

    // ---- sessions in doubt

    /** Ends the session on this side, and sees to it that it ends on the server. */
    void endForGood(LockSession session) {
        Backend backend = session.backend();
        if (session.end() && backend != null) {
            inDoubt.add(backend);
            locker.keepers().submit(() -> {
                bury();
                return null;
            });
        }
    }

    /** Until the server says that the session is not there any more. */
    void bury() {
        for (Backend backend : inDoubt) {
            try {
                Optional<Boolean> wasThere = ask(session -> session.terminate(backend));
                if (wasThere.isEmpty()) {
                    return;
                }
                if (!wasThere.get()) {
                    inDoubt.remove(backend);
                }
            } catch (NotPermitted e) {
                inDoubt.remove(backend);
                Messages.notTerminated(backend.pid(), e.getCause());
            }
        }
    }

    // ---- asking the server

    private static final class NotPermitted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPermitted(SQLException cause) {
            super(cause);
        }
    }

    /**
     * Asks on whatever session answers; empty if none does. One that takes too long is left to itself, and the next is asked.
     */
    private <T> Optional<T> ask(Question<T> question) {
        Duration timeout = locker.config().connectionTimeout();
        Deadline deadline = Deadline.after(timeout);
        List<LockSession> candidates = new ArrayList<>(sessions());
        Collections.shuffle(candidates);
        for (LockSession session : candidates) {
            if (deadline.hasPassed()) {
                return Optional.empty();
            }
            Optional<T> answer = within(timeout.dividedBy(4), () -> askOn(session, question));
            if (answer.isPresent()) {
                return answer;
            }
        }
        return within(timeout, () -> askOnBorrowed(question));
    }

    private <T> Optional<T> within(Duration limit, Callable<Optional<T>> asking) {
        try {
            return Uninterruptibly.get(locker.keepers().submit(asking), limit);
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (SQLException e) {
            throw new IllegalStateException("asking handles its own failures", e);
        }
    }

    private <T> Optional<T> askOn(LockSession session, Question<T> question) {
        try {
            return session.unlessBusy(question);
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw new NotPermitted(e);
            }
            if (SqlStates.isSessionLost(e)) {
                locker.discard(session, e);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "a connection failed to ask", e);
            return Optional.empty();
        }
    }

    /** One at a time, since connections are for locks in the first place. */
    private <T> Optional<T> askOnBorrowed(Question<T> question) {
        if (!borrowing.compareAndSet(false, true)) {
            return Optional.empty();
        }
        try {
            LockSession session = locker.sessions().borrow();
            Future<?> limit = locker.keepers().endAfter(locker.config().connectionTimeout(), session);
            boolean answered = false;
            try {
                session.pin();
                T answer = question.ask(session);
                answered = true;
                return Optional.of(answer);
            } finally {
                limit.cancel(false);
                if (answered) {
                    session.unpin();
                } else {
                    session.end();
                }
            }
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw new NotPermitted(e);
            }
            Messages.LOG.log(System.Logger.Level.DEBUG, "nobody to ask", e);
            return Optional.empty();
        } catch (RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "the pool failed to lend a connection", e);
            return Optional.empty();
        } finally {
            borrowing.set(false);
        }
    }

    /** Those of locks whose lease a statement does not prolong without the holder's doing, and idle ones. */
    private Collection<LockSession> sessions() {
        Set<LockSession> sessions = new LinkedHashSet<>(locker.allocation().idle());
        locker.outstanding().stream()
                .filter(lock -> !lock.enforced())
                .forEach(lock -> sessions.add(lock.grant().session()));
        return sessions;
    }
}
