// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.connection.ConnectionOpener;
import io.holdfast.lock.postgres.sql.Backend;
import io.holdfast.lock.postgres.thread.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Opens sessions, up to the limit, and makes sure that no two of them are the same session on the server. */
public final class Sessions {

    private final ConnectionSource source;
    private final ConnectionOpener opener;
    private final int limit;
    private final Semaphore permits;

    /** How many callers wait for a permit, or are about to. */
    private final AtomicInteger waiting = new AtomicInteger();

    /** What to do before a caller has to wait for a permit. */
    private volatile Runnable onShortage = () -> {};

    /** How many callers wait for a connection. */
    private final AtomicInteger connecting = new AtomicInteger();

    /** What to do before a caller waits for a connection; returns what to do after that. */
    private volatile Supplier<Runnable> onConnecting = () -> () -> {};

    /** Counts the open sessions that most likely do not answer any more. */
    private volatile IntSupplier silentCounter = () -> 0;

    /** Counts the open sessions that are returned if somebody needs one. */
    private volatile IntSupplier spareCounter = () -> 0;

    /** The sessions whose backend is known, by its process id. */
    private final ConcurrentHashMap<Integer, LockSession> byPid = new ConcurrentHashMap<>();

    /** How many callers have a permit and wait for a connection. */
    private final AtomicInteger opening = new AtomicInteger();

    /** The sessions that were opened and are not gone. */
    private final Set<LockSession> open = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    public Sessions(ConnectionSource source, LockerConfig config) {
        this.source = source;
        this.opener = new ConnectionOpener(source);
        this.limit = limit(source, config);
        this.permits = new Semaphore(limit, true);
    }

    /**
     * By default one connection of the pool remains for others, so that not all holders can wait for one for their
     * work.
     */
    private static int limit(ConnectionSource source, LockerConfig config) {
        if (config.maxSessions() > 0) {
            return config.maxSessions();
        }
        return source.size().stream()
                .map(size -> Math.max(1, size - 1))
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }

    /** How many sessions there may be at once, except borrowed ones. */
    public int limit() {
        return limit;
    }

    /**
     * Opens a session. It only waits for a permit and for a connection, and sends nothing, so it may be interrupted.
     *
     * @param what what the session is for, for messages
     * @param by until when to wait for the permit
     * @param patience how long that is in all, for messages
     * @param permitted what to do when there is a permit
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
            LockSession session = openLiving(this::forget);
            opened = true;
            return session;
        } finally {
            opening.decrementAndGet();
            if (!opened) {
                permits.release();
            }
        }
    }

    /**
     * The failure of a caller that waited unsuccessfully: a connection is missing, unless all permitted sessions are
     * open.
     */
    public LockException tooMany(String what, Duration waited) {
        return opening.get() > 0 || permits.availablePermits() > 0
                ? noConnection(what, waited)
                : Messages.tooManySessions(what, limit, waited);
    }

    /**
     * The failure of a caller that waited for a connection. Only sessions that answer, and are in use, can have used up
     * the pool.
     */
    public LockException noConnection(String what, Duration waited) {
        return open.size() > silentCounter.getAsInt() + spareCounter.getAsInt()
                ? CommonMessages.noConnection(what, waited, null)
                : Messages.unansweredConnect(what, waited);
    }

    private boolean permitBy(Deadline by) throws InterruptedException {
        waiting.incrementAndGet();
        try {
            onShortage.run();
            return permits.tryAcquire(by.remainingNanos(), TimeUnit.NANOSECONDS);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private LockSession openLiving(Consumer<LockSession> onGone) throws SQLException {
        connecting.incrementAndGet();
        Runnable connected = onConnecting.get();
        try {
            return opener.open(connection -> remembered(new LockSession(connection, onGone)));
        } finally {
            connected.run();
            connecting.decrementAndGet();
        }
    }

    /** A session that is opened after the locker was closed is returned at once, and statements on it fail. */
    private LockSession remembered(LockSession session) {
        open.add(session);
        if (closed) {
            session.returnToPool();
        }
        return session;
    }

    /** Whether callers wait for a permit, or are about to. */
    public boolean isShort() {
        return waiting.get() > 0;
    }

    /** Whether callers wait for a connection, or for a permit to open one. */
    boolean isNeeded() {
        return connecting.get() > 0 || isShort();
    }

    /** Returns the sessions on which a statement whose time nobody limits has been running for longer than this. */
    public List<LockSession> overdue(Duration limit) {
        return open.stream().filter(session -> session.isOverdue(limit)).toList();
    }

    /** Returns the sessions that are being ended, or have to be. */
    public List<LockSession> toEnd() {
        return open.stream().filter(LockSession::mustEnd).toList();
    }

    /** Whether no session is open. */
    public boolean isEmpty() {
        return open.isEmpty();
    }

    /** Waits until no statement runs, on whatever thread, or until then. */
    public void awaitStatements(Deadline by) {
        open.forEach(session -> session.awaitStatement(by));
    }

    /** Aborts the sessions that are open. Those that are opened later are returned at once. */
    public void close() {
        closed = true;
        open.forEach(LockSession::abort);
    }

    /** Sets what to do before a caller has to wait for a permit. */
    void onShortage(Runnable action) {
        onShortage = action;
    }

    /** Sets what to do before a caller waits for a connection, which returns what to do after that. */
    void onConnecting(Supplier<Runnable> action) {
        onConnecting = action;
    }

    /** Sets what counts the open sessions that most likely do not answer any more. */
    public void countSilentBy(IntSupplier counter) {
        silentCounter = counter;
    }

    /** Sets what counts the open sessions that are returned if somebody needs one. */
    void countSpareBy(IntSupplier counter) {
        spareCounter = counter;
    }

    /** Opens a session beyond the limit, for a question. It must not acquire a lock. */
    LockSession borrow() throws SQLException {
        return openLiving(open::remove);
    }

    /** Whether the source has one connection only. */
    boolean isSingle() {
        return source.size().orElse(2) == 1;
    }

    /** Another server, or this one after a restart, uses the same process ids. */
    private static boolean isSame(LockSession one, LockSession other) {
        return one.backend().serverStart() == other.backend().serverStart();
    }

    private void forget(LockSession session) {
        open.remove(session);
        permits.release();
        Backend backend = session.identity().backendIfKnown();
        if (backend != null) {
            byPid.remove(backend.pid(), session);
        }
    }

    /**
     * To be called when the backend of the session is known: throws if another session has the same backend. Then both
     * are one session on the server, which would grant the same lock to both.
     */
    public void requireAlone(LockSession session) {
        LockSession other = byPid.merge(
                session.backend().pid(),
                session,
                (earlier, later) -> !earlier.isGone() && isSame(earlier, later) ? earlier : later);
        if (session.isGone()) {
            // It was gone before it was entered, so nobody else removes it.
            byPid.remove(session.backend().pid(), session);
        }
        if (other != session) {
            throw Messages.duplicateSession(session.backend().pid(), session.pool());
        }
    }
}
