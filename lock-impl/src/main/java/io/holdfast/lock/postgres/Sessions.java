// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Opens sessions, no more at once than the limit, and sees to it that no two of them are the same on the server. */
final class Sessions {

    private final ConnectionSource source;
    private final LockerConfig config;
    private final int limit;
    private final Semaphore permits;
    private volatile Runnable onShortage = () -> {};
    private final ConcurrentHashMap<Integer, LockSession> byPid = new ConcurrentHashMap<>();

    Sessions(ConnectionSource source, LockerConfig config) {
        this.source = source;
        this.config = config;
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

    /** A new session. Does nothing but to wait for its turn and for a connection, so that it may be interrupted. */
    LockSession open(String what, Runnable permitted) throws SQLException, InterruptedException {
        if (!permits.tryAcquire() && !permitInTime()) {
            throw Messages.tooManySessions(what, limit);
        }
        permitted.run();
        boolean opened = false;
        try {
            LockSession session = new LockSession(source.open(), this::gone);
            opened = true;
            return session;
        } finally {
            if (!opened) {
                permits.release();
            }
        }
    }

    private boolean permitInTime() throws InterruptedException {
        onShortage.run();
        return permits.tryAcquire(config.connectionTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** What to do before somebody has to wait for a session. */
    void onShortage(Runnable action) {
        onShortage = action;
    }

    /** A session beyond the limit, for a single question; not to be locked on. */
    LockSession borrow() throws SQLException {
        Connection connection = source.open();
        return new LockSession(connection, session -> {});
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
        permits.release();
        if (session.backend() != null) {
            byPid.remove(session.backend().pid(), session);
        }
    }

    /**
     * To be called once the session knows its backend: if another session has the same one, then both are one on the server,
     * and would both be granted the same lock.
     */
    void requireAlone(LockSession session) {
        LockSession other = byPid.merge(
                session.backend().pid(),
                session,
                (earlier, later) -> !earlier.isGone() && isSame(earlier, later) ? earlier : later);
        if (session.isGone()) {
            // It was given up before it was noted, so nobody else takes it out again.
            byPid.remove(session.backend().pid(), session);
        }
        if (other != session) {
            throw Messages.sharedSession(session.backend().pid(), session.pool());
        }
    }
}
