// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.LockSession.Holding;
import io.holdfast.lock.postgres.LockSession.Holdings;
import io.holdfast.lock.postgres.LockSession.Question;
import io.holdfast.lock.postgres.LockSession.Termination;
import io.holdfast.lock.postgres.LockSession.Traces;
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
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

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

    private static final Deadline NEVER = new Deadline(true, 0, 0);

    private final PostgresLocker locker;
    private final Duration touchInterval;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean borrowing = new AtomicBoolean();
    private final AbandonedHandles abandoned = new AbandonedHandles();

    /** Signs of life, which must not wait for anything else. */
    private final WorkQueue touches;

    private final Set<LockSession> touched = ConcurrentHashMap.newKeySet();

    /** Sessions that were given up here and may live on the server, and from when on they may be forgotten. */
    private final Map<Traces, Deadline> inDoubt = new ConcurrentHashMap<>();

    /** Whether a missing right was reported. */
    private final AtomicBoolean notPermittedTold = new AtomicBoolean();

    Watch(PostgresLocker locker) {
        this.locker = locker;
        this.touchInterval = locker.config().heartbeat().dividedBy(6);
        this.touches = new WorkQueue(locker.keepers());
    }

    /** With the first lock; before that there is nothing to look after. */
    void start() {
        if (started.compareAndSet(false, true)) {
            boolean scheduled = false;
            try {
                locker.keepers().every(locker.config().checkInterval(), this::look);
                if (!touchInterval.isZero()) {
                    locker.keepers().every(touchInterval, this::startTouching);
                }
                scheduled = true;
            } finally {
                // For want of a thread; the next lock tries again.
                started.set(scheduled);
            }
        }
    }

    void handedOut(Handle handle) {
        abandoned.watch(handle);
    }

    /** On the timer's thread, which must not be kept waiting. */
    private void look() {
        abandoned.forEach(lock -> locker.errands().add(() -> releaseAbandoned(lock)));
        if (!locker.outstanding().isEmpty()) {
            locker.errands().add(() -> locker.outstanding().forEach(HeldLock::endIfForsaken));
            locker.outstanding().stream()
                    .filter(HeldLock::isSuspicionNews)
                    .forEach(lock -> locker.errands().add(lock::tellSuspicion));
            locker.keepers().run(this::check);
        }
        if (!inDoubt.isEmpty()) {
            locker.keepers().run(this::bury);
        }
    }

    private void releaseAbandoned(HeldLock lock) {
        LockState state = lock.state();
        if (state != LockState.RELEASED && state != LockState.LOST && lock.startEndingIfHeld()) {
            Messages.abandoned(lock.what());
        }
    }

    // ---- which locks are held

    private void check() {
        Map<Long, List<HeldLock>> byServer = new HashMap<>();
        for (HeldLock lock : locker.outstanding()) {
            byServer.computeIfAbsent(lock.grant().session().backend().serverStart(), start -> new ArrayList<>())
                    .add(lock);
        }
        if (byServer.size() == 1) {
            byServer.forEach(this::check);
        } else {
            byServer.forEach((server, locks) -> locker.keepers().run(() -> check(server, locks)));
        }
    }

    /** Locks of one server. What another says counts only if that has taken over from it. */
    private void check(long server, List<HeldLock> locks) {
        if (locker.servers().hasSuccessor(server)) {
            loseAll(locks);
            return;
        }
        Set<Integer> pids = new LinkedHashSet<>();
        locks.forEach(lock -> pids.add(lock.grant().session().backend().pid()));
        Optional<Seen> answer;
        try {
            answer = ask(session -> seen(session, pids), server);
            notPermittedTold.set(false);
        } catch (NotPermitted e) {
            if (notPermittedTold.compareAndSet(false, true)) {
                Messages.LOG.log(
                        System.Logger.Level.WARNING,
                        Messages.mayNotLook(e.getCause()).getMessage());
            }
            return;
        }
        if (answer.isEmpty() || answer.get().holdings().standby()) {
            return;
        }
        long asked = answer.get().holdings().serverStart();
        if (asked == server) {
            compare(locks, answer.get());
        } else if (locker.servers().hasTakenOver(asked, server)) {
            loseAll(locks);
        }
    }

    private record Seen(long sentNanos, Holdings holdings) {}

    private Seen seen(LockSession session, Set<Integer> pids) throws SQLException {
        long sentNanos = System.nanoTime();
        Holdings holdings = session.holdings(pids);
        if (!holdings.standby()) {
            locker.servers().learn(holdings.serverStart(), session);
        }
        return new Seen(sentNanos, holdings);
    }

    private void compare(List<HeldLock> locks, Seen seen) {
        Map<Integer, List<Holding>> byPid = new HashMap<>();
        for (Holding holding : seen.holdings().all()) {
            byPid.computeIfAbsent(holding.pid(), pid -> new ArrayList<>()).add(holding);
        }
        List<HeldLock> gone = new ArrayList<>();
        for (HeldLock lock : locks) {
            int pid = lock.grant().session().backend().pid();
            Optional<Holding> holding = byPid.getOrDefault(pid, List.of()).stream()
                    .filter(each ->
                            each.lockId() == lock.grant().lockId() && each.shared() == (lock.mode() == LockMode.SHARED))
                    .findFirst();
            if (holding.isEmpty()) {
                gone.add(lock);
            } else {
                judge(lock, holding.get(), seen.sentNanos(), gone);
            }
        }
        loseAll(gone);
    }

    /**
     * A session that has the process id and the lock may be another, to which both were given later: then its start
     * differs from that of ours. That is learnt here, from the first answer that cannot be of another. After a step of the
     * server's clock no such answer is there, so our session itself is asked.
     */
    private void judge(HeldLock lock, Holding holding, long seenNanos, List<HeldLock> gone) {
        LockSession session = lock.grant().session();
        Long start = holding.sessionStart();
        if (start == null || start.equals(session.start())) {
            lock.proven(seenNanos);
        } else if (session.start() != null) {
            gone.add(lock);
        } else if (start <= session.backend().seenAt()) {
            session.learnStart(start);
            lock.proven(seenNanos);
        } else {
            Duration limit = locker.config().connectionTimeout().dividedBy(4);
            within(limit, () -> askOn(session, asked -> asked.isHeld(holding.lockId(), lock.mode(), null)))
                    .ifPresent(isHeld -> {
                        if (isHeld) {
                            session.learnStart(start);
                            lock.proven(seenNanos);
                        } else {
                            gone.add(lock);
                        }
                    });
        }
    }

    /** All are marked before anything else is done about one of them. */
    private static void loseAll(List<HeldLock> gone) {
        List<HeldLock> lost = gone.stream().filter(HeldLock::beginLosing).toList();
        lost.forEach(lock -> lock.finishLosing(null));
    }

    // ---- signs of life

    private void startTouching() {
        for (LockSession session : sessions()) {
            Lifetime lifetime = session.lifetime();
            if (lifetime != null && lifetime.hasEnded()) {
                locker.keepers().run(() -> locker.discard(session, null));
            } else if (lifetime != null && lifetime.isTouchDue() && touched.add(session)) {
                touches.add(() -> touch(session));
            }
        }
    }

    private void touch(LockSession session) {
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

    // ---- sessions in doubt

    /** Ends the session on this side, and sees to it that it ends on the server. */
    void endForGood(LockSession session) {
        Traces traces = session.traces();
        session.end(() -> {
            if (traces.pid().isPresent() && !traces.lockIds().isEmpty()) {
                inDoubt.put(traces, NEVER);
                locker.keepers().run(this::bury);
            }
        });
    }

    /**
     * Until the server has said, and says again a check interval later, that the session is not there any more: a statement may
     * have been on its way to it.
     */
    void bury() {
        for (Traces traces : inDoubt.keySet()) {
            try {
                Optional<Termination> answer = ask(session -> session.terminate(traces), traces.serverStart());
                if (answer.isEmpty()) {
                    return;
                }
                if (isOver(traces, answer.get())) {
                    inDoubt.remove(traces);
                }
            } catch (NotPermitted e) {
                inDoubt.remove(traces);
                Messages.notTerminated(traces.pid().getAsInt(), e.getCause());
            }
        }
    }

    private boolean isOver(Traces traces, Termination answer) {
        Long server = traces.serverStart();
        if (server != null && server != answer.serverStart()) {
            return locker.servers().hasTakenOver(answer.serverStart(), server);
        }
        if (answer.wasThere()) {
            inDoubt.replace(traces, NEVER);
            return false;
        }
        Deadline forgotten = Deadline.after(locker.config().checkInterval());
        Deadline known = inDoubt.merge(traces, forgotten, (earlier, later) -> earlier.unlimited() ? later : earlier);
        return known.hasPassed();
    }

    // ---- asking the server

    private static final class NotPermitted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPermitted(SQLException cause) {
            super(cause);
        }
    }

    /**
     * Asks on whatever session of this server answers, or else on a borrowed one, which may lead to another; empty if none does.
     * One that takes too long is left to itself, and the next is asked.
     *
     * @param server when the server started; null for whatever server
     */
    private <T> Optional<T> ask(Question<T> question, @Nullable Long server) {
        Duration timeout = locker.config().connectionTimeout();
        Deadline deadline = Deadline.after(timeout);
        List<LockSession> candidates = new ArrayList<>(sessions());
        candidates.removeIf(
                session -> server != null && server != session.backend().serverStart());
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
