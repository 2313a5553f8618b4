// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.thread.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** Opens sessions, no more at once than the limit, and sees to it that no two of them are the same on the server. */
public final class Sessions {

    private final ConnectionSource source;
    private final ConnectionOpener opener;
    private final int limit;
    private final Semaphore permits;
    private volatile Runnable onShortage = () -> {};

    /** How many of the open ones most likely do not answer any more. */
    private volatile IntSupplier silent = () -> 0;

    private final ConcurrentHashMap<Integer, LockSession> byPid = new ConcurrentHashMap<>();

    /** How many of the permitted wait for a connection. */
    private final AtomicInteger opening = new AtomicInteger();

    /** All that were opened and not given up. */
    private final Set<LockSession> open = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    public Sessions(ConnectionSource source, LockerConfig config) {
        this.source = source;
        this.opener = new ConnectionOpener(source);
        this.limit = limit(source, config);
        this.permits = new Semaphore(limit, true);
    }

    /** One connection is left to others by default, so that holders that need one for their work cannot all wait for it. */
    private static int limit(ConnectionSource source, LockerConfig config) {
        if (config.maxSessions() > 0) {
            return config.maxSessions();
        }
        return source.size().stream()
                .map(size -> Math.max(1, size - 1))
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }

    /** How many there may be at once. */
    public int limit() {
        return limit;
    }

    /**
     * A new session. Does nothing but to wait for its turn and for a connection, so that it may be interrupted.
     *
     * @param what for the message
     * @param by until when to wait for the turn
     * @param patience how long that has been, for the message
     * @param permitted runs when the turn has come
     */
    public LockSession open(String what, Deadline by, Duration patience, Runnable permitted)
            throws SQLException, InterruptedException {
        if (!permits.tryAcquire() && !permitBy(by)) {
            throw tooMany(what, patience);
        }
        permitted.run();
        boolean opened = false;
        opening.incrementAndGet();
        try {
            LockSession session = openLiving(this::gone);
            opened = true;
            return session;
        } finally {
            opening.decrementAndGet();
            if (!opened) {
                permits.release();
            }
        }
    }

    /** For a caller that waited without success. What is missing is a connection, unless all sessions that may be are there. */
    public LockException tooMany(String what, Duration waited) {
        return opening.get() > 0 || permits.availablePermits() > 0
                ? noConnection(what, waited)
                : Messages.tooManySessions(what, limit, waited);
    }

    /** For a caller that waited for a connection. Sessions that are open may have used up the pool. */
    public LockException noConnection(String what, Duration waited) {
        return open.size() > silent.getAsInt()
                ? CommonMessages.noConnection(what, waited, null)
                : Messages.unansweredConnect(what, waited);
    }

    private boolean permitBy(Deadline by) throws InterruptedException {
        onShortage.run();
        return permits.tryAcquire(by.remainingNanos(), TimeUnit.NANOSECONDS);
    }

    private LockSession openLiving(Consumer<LockSession> onGone) throws SQLException {
        return opener.open(connection -> remembered(new LockSession(connection, onGone)));
    }

    /** One that comes when the locker has closed is closed at once; its user gets an error. */
    private LockSession remembered(LockSession session) {
        open.add(session);
        if (closed) {
            session.returnToPool();
        }
        return session;
    }

    /** Whether somebody waits for a session of its own. */
    boolean isShort() {
        return permits.hasQueuedThreads();
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return open.isEmpty();
    }

    /** Ends whatever is left, and what comes later. */
    public void close() {
        closed = true;
        open.forEach(LockSession::abort);
    }

    /** What to do before somebody has to wait for a session. */
    void onShortage(Runnable action) {
        onShortage = action;
    }

    /** What counts the open sessions that most likely do not answer any more. */
    public void silent(IntSupplier count) {
        silent = count;
    }

    /** A session beyond the limit, for a single question; not to be locked on. */
    LockSession borrow() throws SQLException {
        return openLiving(open::remove);
    }

    /** Whether there can be no second connection. */
    boolean isSingle() {
        return source.size().orElse(2) == 1;
    }

    /** On another server, or after a restart of this one, process ids come again. */
    private static boolean isSame(LockSession one, LockSession other) {
        return one.backend().serverStart() == other.backend().serverStart();
    }

    private void gone(LockSession session) {
        open.remove(session);
        permits.release();
        if (session.backend() != null) {
            byPid.remove(session.backend().pid(), session);
        }
    }

    /**
     * To be called once the session knows its backend: if another session has the same one, then both are one on the server,
     * and would both be granted the same lock.
     */
    public void requireAlone(LockSession session) {
        LockSession other = byPid.merge(
                session.backend().pid(),
                session,
                (earlier, later) -> !earlier.isGone() && isSame(earlier, later) ? earlier : later);
        if (session.isGone()) {
            // It was given up before it was noted, so nobody else takes it out again.
            byPid.remove(session.backend().pid(), session);
        }
        if (other != session) {
            throw Messages.duplicateSession(session.backend().pid(), session.pool());
        }
    }
}
