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
 * Locks that are session-level advisory locks of PostgreSQL.
 *
 * <p>The protocol, which the other classes refer to:
 *
 * <ol>
 *   <li>A caller that wants a key first takes its turn in the key's local queue ({@link LocalQueues}).
 *   <li>An {@link Acquisition} then gets a session on a keeper thread ({@link Keepers}, {@link SessionAllocation}) and asks
 *       the server, in one statement that wipes the session, refuses a standby, takes the lock and sets the lease: see
 *       {@link AcquireStatement}. It tries first, and then waits in the server's queue.
 *   <li>After any error of that statement the session may hold the lock all the same. It is wiped, and retired if that fails.
 *   <li>The grant begins a {@link Tenure}, which owns session and turn until it ends; a {@link HeldLock} is the time of its
 *       holder in it. The session returns to the pool only after the unlock has answered true; in every other case it is ended
 *       physically, and the server frees its locks.
 *   <li>In the background the {@link LockWatch} asks the server at every check interval which tenures it has, keeps the sessions
 *       alive that the server would end for their silence, and terminates on the server what was given up here.
 * </ol>
 *
 * <p>Every session has exactly one owner at any time: first the acquisition, then the tenure. Exclusion rests on the server
 * alone; all that it needs of this side is that no session takes one lock twice.
 */
public final class PostgresLocker implements Locker {

    /** How long a close waits for threads when nothing is held any more. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

    private static final String PING = "a ping";

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
     * A locker over this source of connections.
     *
     * @param config how to behave
     * @param source where sessions come from; called on the locker's own threads
     * @param listeners who is notified of what happens
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
                : new PinnedSessions();
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
     * Removes what a session of this library adds to its application name, above all the key of its lock.
     *
     * @param applicationName what a session shows
     * @return what remains; may be empty
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
                .orElseThrow(() -> heldLocks.notAcquired(attempt, since(startNanos), Thread.currentThread()));
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

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    // ---- the rest of the interface

    @Override
    public long lockId(String key) {
        return attempts.lockId(key);
    }

    @Override
    public void ping() throws InterruptedException {
        attempts.requireOpen(PING);
        inquiries.askAll(PING, this::answerPing);
    }

    private Void answerPing(LockSession session, Progress progress) throws SQLException {
        requirePrimary(session);
        fitness.recheck(session, progress);
        return null;
    }

    /**
     * Asks whether a primary PostgreSQL answers, without blocking the caller. Unlike {@link #ping()} it proves nothing about
     * exclusion, which takes many round trips and a second connection: the limit is for one statement.
     *
     * @param atMost after which time it fails if the database has not answered
     * @return completes when the database has answered, and fails as {@link #ping()} does
     */
    public CompletableFuture<Void> pingWithin(Duration atMost) {
        attempts.requireOpen(PING);
        return keepers.submit(() -> inquiries.askAll(PING, (session, progress) -> requirePrimary(session), atMost));
    }

    private static Void requirePrimary(LockSession session) throws SQLException {
        if (session.ask(PlainQuery.IS_STANDBY)) {
            throw CommonMessages.standby("locks");
        }
        return null;
    }

    /**
     * Shows who holds the locks of this namespace, and ends holders by force.
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
     * Closes the handle later, on one of the locker's own threads, without blocking the caller; at once if this locker is closed
     * before that.
     *
     * @param handle what to close
     * @param delay when
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
        // What can still come back then is at most a connection on which nothing was asked.
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
