// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.acquire.Acquisition;
import io.holdfast.lock.postgres.acquire.Acquisitions;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.acquire.GrantWork;
import io.holdfast.lock.postgres.acquire.LocalQueues;
import io.holdfast.lock.postgres.acquire.LockLimit;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.hold.HeldLocks;
import io.holdfast.lock.postgres.hold.LockWatch;
import io.holdfast.lock.postgres.hold.Tenure;
import io.holdfast.lock.postgres.hold.Tenures;
import io.holdfast.lock.postgres.session.Fitness;
import io.holdfast.lock.postgres.session.Inquiries;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.PinnedSessions;
import io.holdfast.lock.postgres.session.Progress;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.session.SharedSessions;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.SessionName;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Elapsed;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.postgres.transaction.StatementWaits;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A locker whose locks are session-level advisory locks of PostgreSQL.
 *
 * <p>The protocol, which the other classes refer to:
 *
 * <ol>
 *   <li>A caller that wants a key waits for its turn in the local queue of the key ({@link LocalQueues}).
 *   <li>An {@link Acquisition} then gets a session on a keeper thread ({@link Keepers}, {@link SessionAllocation}), and
 *       asks the server in one statement, which wipes the session, rejects a standby, takes the lock and sets the
 *       lease: see {@link AcquireStatement}. It tries first, and then waits in the server's queue.
 *   <li>After any error of that statement the session may nevertheless hold the lock. It is wiped, and retired if that
 *       fails.
 *   <li>The grant begins a {@link Tenure}, which owns the session and the turn until it ends; a {@link HeldLock} is the
 *       time of a holder in it. The session is kept for the next lock, or returns to the pool, only after the server
 *       has confirmed the unlock. In every other case its connection is closed for good, and the server frees its
 *       locks.
 *   <li>In the background, the {@link LockWatch} asks the server at every check interval which locks it has, keeps the
 *       sessions alive that the server would end because of their silence, and terminates on the server the sessions
 *       that were given up on this side.
 * </ol>
 *
 * <p>At any time each session has exactly one owner: first the acquisition, then the tenure. Exclusion depends on the
 * server alone; this side only has to ensure that no session takes the same lock twice.
 */
public final class PostgresLocker implements Locker {

    /** The time for which a close waits for threads when nothing is held any more. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

    private final LockerConfig config;
    private final Attempts attempts;
    private final Listeners listeners;
    private final Keepers keepers = new Keepers();
    private final Sessions sessions;
    private final SessionAllocation allocation;
    private final Fitness fitness;
    private final Tenures tenures;
    private final HeldLocks heldLocks;
    private final Acquisitions acquisitions;
    private final Inquiries inquiries;
    private final StatementWaits statementWaits = new StatementWaits(keepers);
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Creates a locker over this source of connections.
     *
     * @param config the configuration
     * @param source opens the connections; called on the locker's own threads
     * @param listeners the listeners to notify of what happens to locks
     */
    public PostgresLocker(LockerConfig config, ConnectionSource source, List<LockListener> listeners) {
        this.config = Objects.requireNonNull(config, "config");
        this.attempts = new Attempts(config);
        this.listeners = new Listeners(listeners);
        Servers servers = new Servers();
        this.sessions = new Sessions(Objects.requireNonNull(source, "source"), config);
        this.fitness = new Fitness(sessions, servers, keepers, config);
        this.allocation = config.sessions() == SessionMode.SHARED
                ? new SharedSessions(sessions, keepers, fitness, config)
                : new PinnedSessions(sessions, fitness, servers, keepers, config);
        this.tenures = new Tenures(allocation, servers, sessions, keepers, config);
        this.sessions.countSilentBy(tenures::silentSessions);
        this.heldLocks = new HeldLocks(tenures, allocation, servers, this.listeners, keepers, config);
        this.acquisitions = new Acquisitions(
                new GrantWork.Resources(
                        sessions,
                        allocation,
                        fitness,
                        new LockLimit(config.maxLocks()),
                        heldLocks,
                        tenures,
                        this.listeners,
                        config),
                attempts,
                keepers);
        this.inquiries = new Inquiries(sessions, keepers, config);
    }

    /**
     * Removes the part of an application name that a session of this library adds to it, such as the key of its lock.
     *
     * @param applicationName the application name of a session
     * @return the rest; may be empty
     */
    public static String withoutLock(String applicationName) {
        return SessionName.former(applicationName);
    }

    // ---- acquiring

    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        return acquire(request, config.waitAtMost());
    }

    @Override
    public LockHandle acquire(LockRequest request, Duration waitAtMost) throws InterruptedException {
        LockAttempt attempt = attempts.attempt(request, waitAtMost);
        long startNanos = System.nanoTime();
        return acquisitions
                .acquire(attempt, startNanos)
                .orElseThrow(() -> heldLocks.notAcquired(attempt, Elapsed.since(startNanos), Thread.currentThread()));
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        return acquisitions.acquire(attempts.attempt(request, LockRequest.IMMEDIATE), System.nanoTime());
    }

    @Override
    public LockHandles acquireAll(Collection<LockRequest> requests) throws InterruptedException {
        return acquireAll(requests, config.waitAtMost());
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
        return acquireAsync(request, config.waitAtMost());
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request, Duration waitAtMost) {
        return acquisitions.acquireAsync(attempts.attempt(request, waitAtMost), System.nanoTime());
    }

    // ---- the rest of the interface

    @Override
    public long lockId(String key) {
        return attempts.lockId(key);
    }

    @Override
    public void ping() throws InterruptedException {
        attempts.requireOpen(Messages.PING);
        inquiries.askAll(Messages.PING, this::answerPing);
    }

    private Void answerPing(LockSession session, Progress progress) throws SQLException {
        requirePrimary(session);
        fitness.recheck(session, progress);
        return null;
    }

    /**
     * Asks whether a primary PostgreSQL answers, without blocking the caller. Unlike {@link #ping()}, it proves nothing
     * about exclusion, which would take many round trips and a second connection: the limit is for one statement.
     *
     * @param atMost the time after which the question fails if the database has not answered
     * @return completes when the database has answered, and fails as {@link #ping()} does
     */
    public CompletableFuture<Void> pingWithin(Duration atMost) {
        attempts.requireOpen(Messages.PING);
        return keepers.submit(
                () -> inquiries.askAll(Messages.PING, (session, progress) -> requirePrimary(session), atMost));
    }

    private static Void requirePrimary(LockSession session) throws SQLException {
        if (session.ask(PlainQuery.IS_STANDBY)) {
            throw CommonMessages.standby("locks");
        }
        return null;
    }

    /**
     * Shows who holds the locks of this namespace, and can terminate the sessions of holders.
     *
     * @return the administration of this locker's namespace and database
     */
    public LockAdmin admin() {
        return new PostgresLockAdmin(attempts, inquiries, tenures);
    }

    /**
     * Acquires locks that end with the caller's own transaction.
     *
     * @return the locks of transactions on this locker's database, with its namespace
     */
    public TransactionLocks transactionLocks() {
        return new TransactionLocks(attempts, inquiries, heldLocks, statementWaits, listeners);
    }

    /**
     * Closes the handle later, on one of the locker's own threads, without blocking the caller. If this locker is
     * closed before that, it releases the lock at once.
     *
     * @param handle the handle to close
     * @param delay the time until then
     */
    public void closeAfter(LockHandle handle, Duration delay) {
        keepers.schedule(() -> keepers.run(handle::close), delay);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Deadline deadline = Deadline.after(config.closeTimeout());
        attempts.close();
        acquisitions.close();
        keepers.run(() -> statementWaits.end(deadline));
        heldLocks.endAll(deadline);
        await(
                keepers.run(() -> {
                    allocation.close();
                    tenures.doubtful().terminateAll();
                }),
                deadline);
        // Those on callers' threads, while the watch still ends them if the server does not answer.
        sessions.awaitStatements(deadline);
        // After that, at most a connection is still being opened, on which the server has been asked nothing.
        keepers.stop(sessions.isEmpty() ? earlier(deadline.remaining(), CLOSE_GRACE) : deadline.remaining());
        sessions.close();
    }

    private static Duration earlier(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static void await(CompletableFuture<?> ended, Deadline deadline) {
        try {
            Uninterruptibly.get(ended, deadline.remaining());
        } catch (TimeoutException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "the locker closes without waiting any longer", e);
        } catch (SQLException e) {
            throw new IllegalStateException("closing handles its own failures", e);
        }
    }
}
