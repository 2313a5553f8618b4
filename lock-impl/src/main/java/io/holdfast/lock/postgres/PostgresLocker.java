// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.Fitness.Progress;
import io.holdfast.lock.postgres.Inquiry.SlowQuestion;
import io.holdfast.lock.postgres.LocalQueues.Turn;
import io.holdfast.lock.postgres.LockSession.Question;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Locks that are session-level advisory locks of PostgreSQL.
 *
 * <p>The protocol, which the other classes refer to:
 *
 * <ol>
 *   <li>Whoever wants a key first takes its turn in the key's local queue ({@link LocalQueues}).
 *   <li>An {@link Acquisition} then gets a session on a keeper thread ({@link Keepers}, {@link SessionAllocation}) and asks
 *       the server, in one statement that wipes the session, refuses a standby, takes the lock and sets the lease: see
 *       {@link AdvisoryLockSql}. It tries first, and then waits in the server's queue.
 *   <li>After any error of that statement the session may hold the lock all the same. It is wiped, and ended if that fails.
 *   <li>The granted lock is a {@link HeldLock}, which owns session and turn until it ends. Its session goes back to the
 *       pool only after the unlock said true; in every other case it is ended physically, and the server frees its locks.
 *   <li>Meanwhile the {@link Watch} asks the server at every check interval which locks it has, keeps the sessions alive
 *       that the server would end for their silence, and ends on the server what was given up here.
 * </ol>
 *
 * <p>Every session has exactly one owner at any time: first the acquisition, then the held lock. Exclusion rests on the
 * server alone; nothing here is needed for it but that no session takes one lock twice.
 */
public final class PostgresLocker implements Locker {

    /** How long a close waits for threads when nothing is held any more. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

    private static final String PING = "a ping";

    /** How many threads at least may ask on sessions that locks share; those do not wait for a lock there. */
    private static final int ASKING_ON_SHARED_SESSIONS = 32;

    private final LockerConfig config;
    private final Sessions sessions;
    private final SessionAllocation allocation;
    private final Listeners listeners;
    private final Keepers keepers = new Keepers();
    private final LocalQueues queues = new LocalQueues();
    private final Servers servers = new Servers();
    private final Fitness fitness;
    private final Admission admission;
    private final Admission admissionToWait;
    private final WorkQueue errands = new WorkQueue(keepers);
    private final WorkQueue refusals = new WorkQueue(keepers);
    private final Watch watch;
    private final Semaphore locks;
    private final Set<Acquisition> acquisitions = ConcurrentHashMap.newKeySet();
    private final Set<StatementWait> waits = ConcurrentHashMap.newKeySet();
    private final Set<HeldLock> outstanding = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean noHeartbeatTold = new AtomicBoolean();

    /**
     * A locker over this source of connections.
     *
     * @param config how to behave
     * @param source where sessions come from; called on the locker's own threads
     * @param listeners who is told what happens
     */
    public PostgresLocker(LockerConfig config, ConnectionSource source, List<LockListener> listeners) {
        this.config = Objects.requireNonNull(config, "config");
        this.sessions = new Sessions(Objects.requireNonNull(source, "source"), config);
        this.sessions.silent(this::silentSessions);
        this.fitness = new Fitness(sessions, servers, keepers, config);
        boolean isShared = config.sessions() == SessionMode.SHARED;
        this.allocation = isShared ? new SharedSessions(sessions, keepers, fitness, config) : new PinnedSessions();
        int own = Math.min(sessions.limit(), config.maxLocks());
        this.admission = new Admission(keepers, isShared ? Math.max(own, ASKING_ON_SHARED_SESSIONS) : own);
        this.admissionToWait = new Admission(keepers, own);
        this.listeners = new Listeners(listeners);
        this.watch = new Watch(this);
        this.locks = new Semaphore(config.maxLocks(), true);
    }

    /**
     * Leaves out what a session of this library adds to its application name, the key of its lock above all.
     *
     * @param applicationName what a session shows
     * @return what is left; may be empty
     */
    public static String withoutLock(String applicationName) {
        return SessionName.former(applicationName);
    }

    // ---- acquiring

    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        long startNanos = System.nanoTime();
        return attempt(request, limit(request), startNanos)
                .orElseThrow(() -> notAcquired(request, since(startNanos), Thread.currentThread()));
    }

    /** Names a holder in this locker, whom its user can look for in the same application. */
    LockNotAcquiredException notAcquired(LockRequest request, Duration waited, @Nullable Thread caller) {
        long lockId = lockId(request.key());
        String lock = Messages.lock(request.key(), lockId);
        for (HeldLock held : outstanding) {
            if (held.grant().lockId() == lockId) {
                return held.isAcquiredBy(caller)
                        ? Messages.heldByCaller(lock, waited)
                        : Messages.notAcquired(lock, "somebody else in this JVM", waited);
            }
        }
        return Messages.notAcquired(lock, "somebody else", waited);
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        Objects.requireNonNull(request, "request");
        return attempt(request, LockRequest.IMMEDIATE, System.nanoTime());
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
        long startNanos = System.nanoTime();
        LockAttempt attempt = attempt(request, limit(request));
        Acquisition acquisition = beginTold(attempt, startNanos);
        CompletableFuture<LockHandle> told = new CompletableFuture<>();
        AtomicBoolean ended = new AtomicBoolean();
        Runnable tellWaitEnded = () -> {
            if (ended.compareAndSet(false, true)) {
                listeners.waitEnded(attempt);
            }
        };
        acquisition.outcome().whenComplete((lock, failure) -> {
            Runnable telling = () -> tell(told, attempt, lock, failure, startNanos, tellWaitEnded);
            if (failure == null && lock.isPresent()) {
                // With a lock the caller may work for as long as it likes. There are no more of these than locks.
                keepers.run(telling);
            } else {
                refusals.add(telling);
            }
        });
        // Cancelled, or completed otherwise by whoever has it: nobody wants the lock any more. Else it is decided
        // already.
        told.whenComplete((handle, failure) -> {
            if (acquisition.abandon()) {
                tellWaitEnded.run();
            }
        });
        acquisition.watch();
        return told;
    }

    /** The end of the wait is reported before the caller goes on, which may do the whole of its work on this thread. */
    private void tell(
            CompletableFuture<LockHandle> told,
            LockAttempt attempt,
            Optional<HeldLock> lock,
            Throwable failure,
            long startNanos,
            Runnable tellWaitEnded) {
        Duration waited = since(startNanos);
        if (failure != null) {
            if (failure instanceof LockException e) {
                listeners.failed(attempt, e);
            }
            tellWaitEnded.run();
            told.completeExceptionally(failure);
        } else if (lock.isEmpty()) {
            listeners.refused(attempt, waited);
            tellWaitEnded.run();
            told.completeExceptionally(notAcquired(attempt.request(), waited, null));
        } else {
            try {
                LockHandle handle = lock.get().announce(waited);
                tellWaitEnded.run();
                if (!told.complete(handle)) {
                    handle.close();
                }
            } catch (Throwable e) {
                tellWaitEnded.run();
                told.completeExceptionally(e);
                lock.get().startEnding();
            }
        }
    }

    private Duration limit(LockRequest request) {
        Objects.requireNonNull(request, "request");
        return request.waitAtMost() == null ? config.waitAtMost() : request.waitAtMost();
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private Optional<LockHandle> attempt(LockRequest request, Duration limit, long startNanos)
            throws InterruptedException {
        StackReserve.require();
        if (Thread.interrupted()) {
            // An answer that comes at once would go before it.
            throw new InterruptedException();
        }
        LockAttempt attempt = attempt(request, limit);
        listeners.waitBegan(attempt);
        Optional<HeldLock> lock = Optional.empty();
        boolean told = false;
        try {
            lock = begin(attempt, startNanos).await();
            if (lock.isEmpty()) {
                listeners.refused(attempt, since(startNanos));
            }
            lock.ifPresent(HeldLock::acquiredByThisThread);
            Optional<LockHandle> handle = lock.map(held -> held.announce(since(startNanos)));
            told = true;
            return handle;
        } catch (LockException e) {
            listeners.failed(attempt, e);
            throw e;
        } finally {
            if (!told) {
                lock.ifPresent(HeldLock::startEnding);
            }
            listeners.waitEnded(attempt);
        }
    }

    LockAttempt attempt(LockRequest request, Duration limit) {
        return new LockAttempt(request, limit, config.namespace(), lockId(request.key()));
    }

    /** On the caller's thread, before any other hears of it. */
    private Acquisition beginTold(LockAttempt attempt, long startNanos) {
        listeners.waitBegan(attempt);
        try {
            return begin(attempt, startNanos);
        } catch (RuntimeException e) {
            listeners.waitEnded(attempt);
            throw e;
        }
    }

    private Acquisition begin(LockAttempt attempt, long startNanos) {
        LockRequest request = attempt.request();
        if (request.isTransactional()) {
            throw Messages.noTransactions(Messages.lock(attempt));
        }
        requireOpen(Messages.lock(attempt));
        Acquisition acquisition = new Acquisition(this, attempt, Deadline.from(startNanos, attempt.waitAtMost()));
        try {
            // Before the look at closed: close() sets it first and then refuses every acquisition that it finds.
            acquisitions.add(acquisition);
            if (closed.get()) {
                acquisition.refuse();
                forget(acquisition);
            }
            acquisition.start();
            return acquisition;
        } catch (Error e) {
            acquisition.abandon();
            forget(acquisition);
            throw e;
        }
    }

    // ---- the rest of the interface

    @Override
    public long lockId(String key) {
        return LockId.of(config.namespace(), LockRequest.of(key).key());
    }

    @Override
    public void ping() throws InterruptedException {
        requireOpen(PING);
        ask(PING, false, this::answerPing);
    }

    private Void answerPing(LockSession session, Progress progress) throws SQLException {
        requirePrimary(session);
        fitness.recheck(session, progress);
        return null;
    }

    /**
     * Asks whether a primary PostgreSQL answers, without keeping the caller waiting. Unlike {@link #ping()} it proves nothing
     * about exclusion, which takes many round trips and a second connection: the limit is for one statement.
     *
     * @param atMost after which time it fails if the database has not answered
     * @return completes when the database has answered, and fails as {@link #ping()} does
     */
    public CompletableFuture<Void> pingWithin(Duration atMost) {
        requireOpen(PING);
        Inquiry<Void> inquiry =
                new Inquiry<>(sessions, keepers, config, PING, (session, progress) -> requirePrimary(session), false);
        return keepers.submit(() -> inquiry.await(atMost));
    }

    private static Void requirePrimary(LockSession session) throws SQLException {
        if (session.isStandby()) {
            throw Messages.standby("locks");
        }
        return null;
    }

    /**
     * Shows who holds the locks of this namespace, and ends holders by force.
     *
     * @return the administration of this locker's namespace and database
     */
    public LockAdmin admin() {
        return new PostgresLockAdmin(this);
    }

    /**
     * Acquires locks that end with the caller's own transaction.
     *
     * @return the locks of transactions on this locker's database, with its namespace
     */
    public TransactionLocks transactionLocks() {
        return new TransactionLocks(this);
    }

    /**
     * Closes the handle later, on one of the locker's own threads, without keeping the caller waiting; at once if this locker
     * is closed before that.
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
        acquisitions.forEach(Acquisition::refuse);
        keepers.run(() -> endWaits(deadline));
        releaseAll(deadline);
        await(
                keepers.submit(() -> {
                    allocation.close();
                    watch.bury();
                    return null;
                }),
                deadline);
        // What is still to come back then is at most a connection that nobody has asked on.
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

    /** Whoever waits on its own connection looks whether this locker is open after it was remembered. */
    private void endWaits(Deadline deadline) {
        try {
            while (!waits.isEmpty() && !deadline.hasPassed()) {
                waits.forEach(StatementWait::cancel);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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

    // ---- for the other classes

    void requireOpen(String what) {
        if (closed.get()) {
            throw Messages.closed(what);
        }
    }

    LockerConfig config() {
        return config;
    }

    Sessions sessions() {
        return sessions;
    }

    SessionAllocation allocation() {
        return allocation;
    }

    Listeners listeners() {
        return listeners;
    }

    Keepers keepers() {
        return keepers;
    }

    LocalQueues queues() {
        return queues;
    }

    Fitness fitness() {
        return fitness;
    }

    Servers servers() {
        return servers;
    }

    /** To the threads that ask for locks. */
    Admission admission() {
        return admission;
    }

    /** With sessions that locks share: to the threads that wait for locks, each on a session of its own. */
    Admission admissionToWait() {
        return admissionToWait;
    }

    /** What is to be done without keeping anybody waiting. */
    WorkQueue errands() {
        return errands;
    }

    /** How many sessions most likely do not answer any more: a session that does proves its locks. */
    private int silentSessions() {
        return (int) outstanding.stream()
                .filter(lock -> lock.state() == LockState.SUSPECT)
                .map(lock -> lock.grant().session())
                .distinct()
                .count();
    }

    /** Whether there are as many locks as may be. */
    boolean isFull() {
        return locks.availablePermits() == 0;
    }

    /** The locks that are held, or about to end. */
    Set<HeldLock> outstanding() {
        return outstanding;
    }

    <T> T inquire(String what, Question<T> question) throws InterruptedException {
        requireOpen(what);
        return ask(what, true, (session, progress) -> question.ask(session));
    }

    private <T> T ask(String what, boolean isSingle, SlowQuestion<T> question) throws InterruptedException {
        return new Inquiry<>(sessions, keepers, config, what, question, isSingle).await();
    }

    /** Counts one more lock until the turn ends; waits for others to end if there are too many. */
    void permitLock(Turn turn, String what, Deadline by) throws InterruptedException {
        if (!locks.tryAcquire(by.remainingNanos(), TimeUnit.NANOSECONDS)) {
            throw Messages.tooManyLocks(what, config.maxLocks());
        }
        turn.whenEnded(locks::release);
    }

    /**
     * A lock granted while the locker closes, or while its session is given up, is ended by whoever comes second: this, or
     * {@link #close}, or {@link #discard}.
     */
    void remember(HeldLock lock) {
        outstanding.add(lock);
        lock.watchTtl();
        if (closed.get()) {
            lock.startEnding();
        } else if (lock.grant().session().isGone()) {
            lock.lose(null);
        }
        watch.start();
        if (lock.isWithoutHeartbeat() && noHeartbeatTold.compareAndSet(false, true)) {
            Messages.noHeartbeat();
        }
    }

    void handedOut(Handle handle) {
        watch.handedOut(handle);
    }

    void forget(HeldLock lock) {
        outstanding.remove(lock);
    }

    void remember(StatementWait wait) {
        waits.add(wait);
    }

    void forget(StatementWait wait) {
        waits.remove(wait);
    }

    void forget(Acquisition acquisition) {
        acquisitions.remove(acquisition);
    }

    /** Ends a session in doubt here and on the server. */
    void endForGood(LockSession session) {
        watch.endForGood(session);
    }

    /**
     * As {@link #endForGood}, for a session that may hold locks: they are marked before, and their holders told afterwards. A lock
     * that is being granted on it is found after the end, or finds the session gone: see {@link #remember}.
     */
    void discard(LockSession session, @Nullable Throwable cause) {
        tellLossOf(session);
        List<HeldLock> lost = new ArrayList<>(beginLosing(session));
        endForGood(session);
        lost.addAll(beginLosing(session));
        lost.forEach(lock -> lock.finishLosing(cause));
    }

    /** Once for each session that several locks share; to be called before one of them is forgotten. */
    void tellLossOf(LockSession session) {
        if (config.sessions() == SessionMode.PINNED) {
            return;
        }
        long locks = outstanding.stream()
                .filter(lock -> lock.grant().session() == session)
                .count();
        if (locks > 1 && session.isLossNews()) {
            Messages.sharedSessionLost(locks, session.pool());
        }
    }

    private List<HeldLock> beginLosing(LockSession session) {
        return outstanding.stream()
                .filter(lock -> lock.grant().session() == session && lock.beginLosing())
                .toList();
    }

    /** Throws if there are locks on a server that has nothing to do with that of this session. */
    void requireOneCluster(LockSession session, String what) {
        if (!servers.haveStrangers()) {
            return;
        }
        long server = session.backend().serverStart();
        boolean elsewhere = outstanding.stream()
                .anyMatch(lock -> servers.areStrangers(
                        server, lock.grant().session().backend().serverStart()));
        if (elsewhere) {
            throw Messages.twoClusters(what);
        }
    }
}
