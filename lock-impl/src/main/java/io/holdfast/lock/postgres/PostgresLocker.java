// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.LocalQueues.Turn;
import io.holdfast.lock.spi.LockListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Locks that are session-level advisory locks of PostgreSQL.
 *
 * <p>The protocol, which the other classes refer to:
 *
 * <ol>
 *   <li>A thread that wants a key first takes its turn in the key's local queue ({@link LocalQueues}).
 *   <li>An {@link Acquisition} then opens a session on a keeper thread ({@link Keepers}) and asks the server, in one
 *       statement that wipes the session, refuses a standby, and takes the lock: see {@link AdvisoryLockSql}.
 *   <li>After any error of that statement the session may hold the lock all the same. It is wiped, and ended if that fails.
 *   <li>The granted lock is a {@link HeldLock}, which owns session and turn until it ends. Its session goes back to the
 *       pool only after the unlock said true; in every other case it is ended physically, and the server frees its locks.
 * </ol>
 *
 * <p>Every session has exactly one owner at any time: first the acquisition, then the held lock. Exclusion rests on the
 * server alone; nothing here is needed for it but that no two locks share a session.
 */
public final class PostgresLocker implements Locker {

    private static final Duration UNASKED_INTERVAL = Duration.ofMillis(20);

    private final LockerConfig config;
    private final SessionAllocation sessions;
    private final Listeners listeners;
    private final Keepers keepers = new Keepers();
    private final LocalQueues queues = new LocalQueues();
    private final Set<Acquisition> acquisitions = ConcurrentHashMap.newKeySet();
    private final Set<HeldLock> outstanding = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A locker over this source of connections.
     *
     * @param config how to behave
     * @param source where sessions come from; called on the locker's own threads
     * @param listeners who is told what happens
     */
    public PostgresLocker(LockerConfig config, ConnectionSource source, List<LockListener> listeners) {
        this.config = Objects.requireNonNull(config, "config");
        this.sessions = new PinnedSessions(Objects.requireNonNull(source, "source"));
        this.listeners = new Listeners(listeners);
    }

    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        Objects.requireNonNull(request, "request");
        Duration limit = request.waitAtMost() == null ? config.waitAtMost() : request.waitAtMost();
        long startNanos = System.nanoTime();
        return attempt(request, !limit.isZero(), limit)
                .orElseThrow(() -> Messages.notAcquired(request, Duration.ofNanos(System.nanoTime() - startNanos)));
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        Objects.requireNonNull(request, "request");
        return attempt(request, false, Duration.ZERO);
    }

    private Optional<LockHandle> attempt(LockRequest request, boolean waiting, Duration limit)
            throws InterruptedException {
        requireOpen(request);
        long startNanos = System.nanoTime();
        try {
            Optional<HeldLock> lock = inTurn(request, waiting, Deadline.from(startNanos, limit));
            Duration waited = Duration.ofNanos(System.nanoTime() - startNanos);
            lock.ifPresentOrElse(held -> held.announce(waited), () -> listeners.contended(request, waited));
            return lock.map(LockHandle.class::cast);
        } catch (LockException e) {
            listeners.failed(request, e);
            throw e;
        }
    }

    private Optional<HeldLock> inTurn(LockRequest request, boolean waiting, Deadline deadline)
            throws InterruptedException {
        Optional<Turn> turn = takeTurn(request, lockId(request.key()), deadline);
        return turn.isEmpty() ? Optional.empty() : askServer(request, waiting, deadline, turn.get());
    }

    /**
     * While the one whose turn it is still waits for a connection, nobody knows whether the lock can be had; so its turn is
     * waited for as a connection is.
     */
    private Optional<Turn> takeTurn(LockRequest request, long lockId, Deadline deadline) throws InterruptedException {
        Optional<Turn> turn = queues.take(lockId, request.mode(), deadline);
        Deadline patience = Deadline.after(config.connectionTimeout());
        while (turn.isEmpty() && queues.isUnasked(lockId)) {
            if (patience.hasPassed()) {
                throw Messages.noConnection("lock '" + request.key() + "'", config.connectionTimeout(), null);
            }
            turn = queues.take(lockId, request.mode(), Deadline.after(UNASKED_INTERVAL));
        }
        return turn;
    }

    private Optional<HeldLock> askServer(LockRequest request, boolean waiting, Deadline deadline, Turn turn)
            throws InterruptedException {
        Acquisition acquisition = new Acquisition(this, request, waiting, deadline, turn);
        try {
            // Before the look at closed: close() sets it first and then refuses every acquisition that it finds.
            acquisitions.add(acquisition);
            requireOpen(request);
            keepers.execute(acquisition);
        } catch (RejectedExecutionException e) {
            drop(acquisition, turn);
            throw Messages.closed("lock '" + request.key() + "'");
        } catch (RuntimeException | Error e) {
            drop(acquisition, turn);
            throw e;
        }
        return acquisition.await();
    }

    private void drop(Acquisition acquisition, Turn turn) {
        forget(acquisition);
        turn.end();
    }

    @Override
    public long lockId(String key) {
        return LockId.of(config.namespace(), LockRequest.of(key).key());
    }

    @Override
    public void ping() throws InterruptedException {
        if (closed.get()) {
            throw Messages.closed("a ping");
        }
        new Ping(sessions, keepers, config.connectionTimeout()).await();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Deadline deadline = Deadline.after(config.closeTimeout());
        acquisitions.forEach(Acquisition::refuse);
        releaseAll(deadline);
        keepers.stop(deadline.remaining());
    }

    private void releaseAll(Deadline deadline) {
        CompletableFuture<?>[] endings =
                outstanding.stream().map(HeldLock::startEnding).toArray(CompletableFuture[]::new);
        try {
            Uninterruptibly.get(CompletableFuture.allOf(endings), deadline.remaining());
        } catch (TimeoutException e) {
            Messages.closeTimedOut(outstanding.size(), config.closeTimeout());
            outstanding.forEach(HeldLock::endSession);
        } catch (SQLException e) {
            throw new IllegalStateException("ending handles its own failures", e);
        }
    }

    private void requireOpen(LockRequest request) {
        if (closed.get()) {
            throw Messages.closed("lock '" + request.key() + "'");
        }
    }

    LockerConfig config() {
        return config;
    }

    SessionAllocation sessions() {
        return sessions;
    }

    Listeners listeners() {
        return listeners;
    }

    Keepers keepers() {
        return keepers;
    }

    /** A lock granted while the locker closes is ended by whoever comes second: this, or close(). */
    void remember(HeldLock lock) {
        outstanding.add(lock);
        if (closed.get()) {
            lock.startEnding();
        }
    }

    void forget(HeldLock lock) {
        outstanding.remove(lock);
    }

    void forget(Acquisition acquisition) {
        acquisitions.remove(acquisition);
    }
}
