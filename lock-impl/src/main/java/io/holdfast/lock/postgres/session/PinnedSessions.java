// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Gives each lock a session of its own, and keeps the session for a short time after the release, so that the next lock
 * needs one short statement: no connection from the pool, no wipe, and no settings to make and to restore. A kept
 * session holds no lock. At most half of the sessions are kept, and none while somebody waits for a session, or if
 * they are to be kept for no time.
 */
public final class PinnedSessions implements SessionAllocation {

    /** How many sessions are kept if their number has no limit. */
    private static final int MOST_OF_UNLIMITED = 8;

    private static final Duration SHORTEST_SWEEP = Duration.ofMillis(10);

    /** The pool is used up, most likely, if somebody waits longer for a connection. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(100);

    /**
     * A session without a lock.
     *
     * @param session the session, which is ready
     * @param lockId the number of the lock that it had last
     * @param untilNanos when it is to be returned
     */
    private record Kept(LockSession session, long lockId, long untilNanos) {}

    private final Sessions sessions;
    private final Fitness fitness;
    private final Servers servers;
    private final Keepers keepers;
    private final LockerConfig config;
    private final int most;

    /** The sessions in the order in which they were put here. Guarded by this. */
    private final List<Kept> kept = new ArrayList<>();

    /** How many there are, for a look without the lock. Written under the monitor of this. */
    private volatile int count;

    /** How many sessions are being returned. */
    private final AtomicInteger returning = new AtomicInteger();

    /** Whether expired sessions are looked for. Guarded by this. */
    private boolean swept;

    /** Written under the monitor of this. */
    private volatile boolean closed;

    public PinnedSessions(Sessions sessions, Fitness fitness, Servers servers, Keepers keepers, LockerConfig config) {
        this.sessions = sessions;
        this.fitness = fitness;
        this.servers = servers;
        this.keepers = keepers;
        this.config = config;
        this.most = most(sessions, config);
        sessions.onShortage(this::returnOne);
        sessions.onConnecting(this::limitWait);
        sessions.countSpareBy(this::spare);
    }

    private static int most(Sessions sessions, LockerConfig config) {
        if (config.keepSession().isZero()) {
            return 0;
        }
        return sessions.limit() == Integer.MAX_VALUE ? MOST_OF_UNLIMITED : sessions.limit() / 2;
    }

    @Override
    public Optional<LockSession> take(long lockId, Deadline by, Runnable permitted, Progress progress) {
        return Optional.empty();
    }

    /** Prefers the session that had this lock last, since it shows the key already; else the one that was used last. */
    @Override
    public Optional<LockSession> takeKept(long lockId) {
        for (Kept taken = removeFor(lockId); taken != null; taken = removeFor(lockId)) {
            LockSession session = taken.session();
            if (isUsable(session)) {
                return Optional.of(session);
            }
            keepers.run(() -> restoreAndReturn(session));
        }
        return Optional.empty();
    }

    @Nullable
    private synchronized Kept removeFor(long lockId) {
        int last = kept.size() - 1;
        for (int i = last; i >= 0; i--) {
            if (kept.get(i).lockId() == lockId) {
                return remove(i);
            }
        }
        return last < 0 ? null : remove(last);
    }

    /** To be called under the monitor of this. */
    private Kept remove(int index) {
        count = kept.size() - 1;
        return kept.remove(index);
    }

    /** A session that is being asked something would make the caller wait. */
    private boolean isUsable(LockSession session) {
        return !session.isGone()
                && !session.isBusy()
                && !session.isOver()
                && !session.mustEnd()
                && !servers.hasSuccessor(session.backend().serverStart());
    }

    @Override
    public boolean adopt(LockSession dedicated, long lockId) {
        return false;
    }

    @Override
    public boolean keeps(LockSession session) {
        return mayKeepOneMore() && !session.mayBeCanceled() && fitness.isProven(session);
    }

    private boolean mayKeepOneMore() {
        return !closed && count < most && !sessions.isNeeded();
    }

    /** A session whose settings were restored together with the unlock is not to be kept. */
    @Override
    public void putBack(LockSession session, long lockId) {
        if (!session.locks().isReady()) {
            session.returnToPool();
        } else if (!keeps(session) || !add(session, lockId)) {
            restoreAndReturn(session);
        } else if (sessions.isNeeded()) {
            // Somebody has begun to wait since then, and may not have found this session.
            returnOne();
        }
    }

    private synchronized boolean add(LockSession session, long lockId) {
        if (closed || kept.size() >= most) {
            return false;
        }
        kept.add(new Kept(
                session, lockId, System.nanoTime() + config.keepSession().toNanos()));
        count = kept.size();
        if (!swept) {
            swept = true;
            Duration half = config.keepSession().dividedBy(2);
            keepers.every(half.compareTo(SHORTEST_SWEEP) < 0 ? SHORTEST_SWEEP : half, this::returnExpired);
        }
        return true;
    }

    @Override
    public synchronized Collection<LockSession> idle() {
        return kept.stream()
                .map(Kept::session)
                .filter(session -> !session.isGone())
                .toList();
    }

    private synchronized int spare() {
        return kept.size() + returning.get();
    }

    @Override
    public void distrustKept() {
        returnAll();
    }

    private void returnAll() {
        removeAll().forEach(each -> keepers.run(() -> restoreAndReturn(each.session())));
    }

    /** Returns all sessions if a caller waits long for a connection, as for an enforced lease. */
    private Runnable limitWait() {
        if (spare() == 0) {
            return () -> {};
        }
        Future<?> limit = keepers.schedule(this::returnAll, LONGEST_WAIT);
        return () -> limit.cancel(false);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        removeAll().forEach(each -> restoreAndReturn(each.session()));
    }

    private synchronized List<Kept> removeAll() {
        List<Kept> all = List.copyOf(kept);
        kept.clear();
        count = 0;
        return all;
    }

    /** Returns the session that was used least recently. */
    private void returnOne() {
        Kept eldest;
        synchronized (this) {
            eldest = kept.isEmpty() ? null : remove(0);
        }
        if (eldest != null) {
            restoreAndReturn(eldest.session());
        }
    }

    /** Runs on the timer's thread, which it does not block. */
    private void returnExpired() {
        List<Kept> expired = new ArrayList<>();
        long now = System.nanoTime();
        synchronized (this) {
            while (!kept.isEmpty() && kept.get(0).untilNanos() - now <= 0) {
                expired.add(remove(0));
            }
        }
        expired.forEach(each -> keepers.run(() -> restoreAndReturn(each.session())));
    }

    private void restoreAndReturn(LockSession session) {
        returning.incrementAndGet();
        session.restoreAndReturn(config.answerTimeout(), keepers)
                .whenComplete((done, failure) -> returning.decrementAndGet());
    }
}
