// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.connection.BorrowedConnection;
import io.holdfast.lock.postgres.connection.PoolKind;
import io.holdfast.lock.postgres.connection.RunningStatement;
import io.holdfast.lock.postgres.sql.Backend;
import io.holdfast.lock.postgres.sql.PlainLockStatement;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.Query;
import io.holdfast.lock.postgres.sql.RefreshStatement;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateOwnStatement;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import io.holdfast.lock.postgres.sql.UnlockStatement;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.postgres.thread.Uninterruptibly.SqlCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL session behind one connection that nobody else uses, in autocommit. Methods that send a statement
 * block on JDBC and run one after the other. Another thread may call {@link #cancel()} and {@link #abort()} while a
 * statement runs.
 */
public final class LockSession implements Asker {

    private final BorrowedConnection connection;
    private final SessionIdentity identity = new SessionIdentity();
    private final RunningStatement running = new RunningStatement();
    private final ReentrantLock oneStatement = new ReentrantLock();

    /** Whether the loss of the locks that share the session was logged. */
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    private final SessionLocks locks = new SessionLocks(this, oneStatement);

    private volatile boolean mayBeCanceled;

    private volatile boolean tooSlow;

    /** Whether the connection is as it came, and must stay so; guarded by {@code oneStatement}. */
    private boolean sealed;

    /**
     * Whether a statement has begun and has not ended: it runs, or an error, as at the end of a stack, has stopped it
     * half-way, so that the next statement would get its answer. Written under {@code oneStatement}.
     */
    private volatile boolean unfinished;

    /** Whether the session is being ended, or has to be. */
    private volatile boolean condemned;

    /** Null if the server does not end the session for its silence, or not by the locker's heartbeat. */
    private volatile @Nullable Lifetime lifetime;

    /**
     * Takes over the connection, which nobody else may use from now on.
     *
     * @param onGone what to do, once, before the connection is returned or aborted
     */
    LockSession(Connection connection, Consumer<LockSession> onGone) {
        this.connection = new BorrowedConnection(connection, identity::pidIfKnown, () -> onGone.accept(this));
    }

    /** Prepares the connection for statements. */
    public void setUp() throws SQLException {
        connection.setUp();
    }

    // ---- what is known of it

    public PoolKind pool() {
        return connection.pool();
    }

    /** Acquires and unlocks the locks of the session. */
    public SessionLocks locks() {
        return locks;
    }

    /** Which backend it is. To be called after the first answer to a statement that acquires. */
    @Override
    public Backend backend() {
        return identity.backend();
    }

    /**
     * {@inheritDoc} Where the connection might lead to a different session, the statement compares the process id. A
     * shared lock is always unlocked that way, because other sessions may have it, too.
     */
    @Override
    public Query<Boolean> toUnlock(LockMode mode, long lockId) {
        int pid = backend().pid();
        return mode == LockMode.EXCLUSIVE && connection.leadsTo(pid)
                ? PlainLockStatement.unlock(lockId)
                : new UnlockStatement(mode, lockId, pid, null);
    }

    public SessionIdentity identity() {
        return identity;
    }

    /** The process id that the driver received when it connected; empty if the pool does not show it. */
    OptionalInt driverPid() {
        return connection.driverPid();
    }

    /** What identifies the session on the server after it was aborted. */
    Traces traces() {
        return identity.traces(connection.driverPid());
    }

    /** How long the server keeps the session without a sign of life; null if silence does not end it. */
    @Nullable
    public Lifetime lifetime() {
        return lifetime;
    }

    /** To be called when the server has begun to count the silence of the session; null if it does not. */
    void beginLifetime(@Nullable Lifetime begun) {
        lifetime = begun;
    }

    /** Whether the server may have ended the session because of its silence since the last answered statement. */
    boolean isOver() {
        Lifetime counted = lifetime;
        return counted != null && counted.hasEnded();
    }

    /**
     * Counts the lifetime from this moment. The server's timeout began when it granted the lock, which may have been
     * any time during the wait; it begins again with the next statement.
     */
    public void restartLifetime(long sentNanos) {
        Lifetime restarted = lifetime;
        if (restarted != null) {
            restarted.restart(sentNanos);
        }
    }

    /** Whether the calling thread may ask, though it may be no keeper thread, and have a transaction. */
    public boolean isOpenToCaller() {
        return connection.forAnyThread() != null && Keepers.maySubstitute();
    }

    /** Notes that the server did not answer such a statement in time. To be called before the session is ended. */
    public void markTooSlow() {
        tooSlow = true;
    }

    /** Whether the session is ended because the server did not answer a caller in time. */
    public boolean isTooSlow() {
        return tooSlow;
    }

    /** Whether a statement whose time nobody limits has been running for longer than this. */
    boolean isOverdue(Duration limit) {
        return running.isUnlimitedAndTakesLongerThan(limit);
    }

    /** How many callers have a statement that runs or waits, as far as is known at the moment. */
    int callers() {
        return (oneStatement.isLocked() ? 1 : 0) + locks.waiting();
    }

    /** To be called before the session is ended: if an error stops that, the watch does it. No statement can follow. */
    public void condemn() {
        condemned = true;
    }

    /** Whether the session is being ended, or has to be, so that nobody may use it. */
    public boolean mustEnd() {
        return condemned || isStopped();
    }

    /** Whether an error has stopped a statement half-way. */
    public boolean isStopped() {
        if (!unfinished || !oneStatement.tryLock()) {
            return false;
        }
        try {
            return unfinished;
        } finally {
            oneStatement.unlock();
        }
    }

    /** Whether a statement runs, or is about to. */
    boolean isBusy() {
        return oneStatement.isLocked();
    }

    /** Whether the server may cancel a statement that runs later than the one that was to be canceled. */
    boolean mayBeCanceled() {
        return mayBeCanceled;
    }

    /** To be called if a cancel may be on its way. */
    public void expectCancel() {
        mayBeCanceled = true;
    }

    /** Whether a statement has been running for longer than this. */
    boolean isHanging(Duration limit) {
        return running.takesLongerThan(limit);
    }

    /** Whether the connection was closed by the driver, as after a fatal error. */
    public boolean isClosed() {
        return connection.isClosed();
    }

    /** Whether the connection was returned or aborted. */
    public boolean isGone() {
        return connection.isGone();
    }

    /** Only the caller that gets true logs the loss of the locks that share the session. */
    public boolean claimLossReport() {
        return lossLogged.compareAndSet(false, true);
    }

    // ---- statements

    /** Asks the server. Every answer is a sign of life. */
    @Override
    public <T> T ask(Query<T> query) throws SQLException {
        oneStatement.lock();
        try {
            if (isSealed()) {
                throw unfinished ? SqlStates.sessionStopped() : SqlStates.sessionGone();
            }
            long sentNanos = System.nanoTime();
            T answer = run(query, sentNanos);
            Lifetime prolonged = lifetime;
            if (prolonged != null) {
                prolonged.prolong(sentNanos);
            }
            return answer;
        } finally {
            oneStatement.unlock();
        }
    }

    private <T> T run(Query<T> query, long sentNanos) throws SQLException {
        unfinished = true;
        try {
            T answer = Keepers.isKeeper()
                    ? running.run(connection.get(), query, true, sentNanos)
                    : running.run(connection.forCaller(), query, false, sentNanos);
            unfinished = false;
            return answer;
        } catch (SQLException e) {
            unfinished = false;
            throw e;
        }
    }

    private boolean isSealed() {
        return sealed || unfinished || condemned || connection.isGone();
    }

    /** As {@link #ask}; no statement can follow. */
    <T> T askLast(Query<T> query) throws SQLException {
        oneStatement.lock();
        try {
            T answer = ask(query);
            sealed = true;
            return answer;
        } finally {
            oneStatement.unlock();
        }
    }

    /** Asks on this session; empty if a statement runs on it, which may take long, or if the session is gone. */
    public <T> Optional<T> unlessBusy(SqlCall<T> question) throws SQLException {
        if (!oneStatement.tryLock()) {
            return Optional.empty();
        }
        try {
            return isSealed() ? Optional.empty() : Optional.of(question.call());
        } finally {
            oneStatement.unlock();
        }
    }

    /**
     * Whether the session holds the lock and answers in time. A refresh of an enforced lease restarts the server's
     * timeout, with the ttl that is given; otherwise the ttl is null.
     */
    public boolean refresh(long lockId, LockMode mode, @Nullable Duration enforcedTtl) throws SQLException {
        return ask(new RefreshStatement(mode, lockId, backend().pid(), enforcedTtl)) && !isOver();
    }

    /** Gives a sign of life. Whether this is still the same backend, and it answers in time. */
    public boolean touch() throws SQLException {
        return ask(PlainQuery.BACKEND_PID) == backend().pid() && !isOver();
    }

    /** Asks the driver, not the server, whether this is PostgreSQL. */
    void requirePostgres() throws SQLException {
        connection.requirePostgres();
    }

    /** Begins a transaction with the next statement. Not for a session that holds a lock. */
    void begin() throws SQLException {
        connection.begin();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    /** Asks the server to cancel the statement that runs, if one does. */
    public void cancel() {
        expectCancel();
        running.cancel();
    }

    // ---- the end

    /** Waits until no statement runs, or until then. */
    void awaitStatement(Deadline by) {
        if (Uninterruptibly.tryLock(oneStatement, by.remaining())) {
            oneStatement.unlock();
        }
    }

    /**
     * Returns the connection to its source, or aborts the session if an error has stopped a statement. The session must
     * be proven to hold no lock. The connection may belong to somebody else at once, so this waits for a statement that
     * runs, and none can follow. Does nothing if the connection is gone.
     */
    public void returnToPool() {
        oneStatement.lock();
        try {
            if (unfinished || condemned) {
                abort();
            } else {
                connection.returnToPool();
            }
        } finally {
            oneStatement.unlock();
        }
    }

    /** Ends the session on this side, so that the server releases its locks. Does nothing if the connection is gone. */
    void abort() {
        connection.abort();
    }

    /**
     * As {@link #abort()}, but a session that may be behind a pooler terminates itself first, if it answers. The pooler
     * would pass it on, alive, to its next client, and nobody could tell from outside any more whose it is.
     *
     * @param limit how long to wait for the answer
     * @param unconfirmed what to do if the server has not confirmed the end, before the connection is closed, which may
     *     hang
     */
    void terminate(Duration limit, Runnable unconfirmed) {
        connection.abort(() -> terminateOwn(limit), unconfirmed);
    }

    /** A session on which a statement runs, or was stopped, is asked nothing: no pooler passes it on. */
    private boolean terminateOwn(Duration limit) {
        Integer pid = identity.pidIfKnown();
        if (pid == null || connection.isDirect(pid) || !Keepers.isKeeper() || !oneStatement.tryLock()) {
            return false;
        }
        try {
            if (unfinished || isClosed()) {
                return false;
            }
            connection.limitAnswers(limit);
            return run(new TerminateOwnStatement(pid), System.nanoTime());
        } catch (SQLException e) {
            return SqlStates.isEndConfirmed(e);
        } catch (RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "a session could not terminate itself", e);
            return false;
        } finally {
            oneStatement.unlock();
        }
    }

    /**
     * Restores the settings, if any were changed, and returns the connection; aborts the session if that fails or takes
     * longer than this. Waits for that only if the calling thread is a keeper; the future completes when it is done.
     */
    CompletableFuture<Void> restoreAndReturn(Duration limit, Keepers keepers) {
        if (!Keepers.isKeeper()) {
            return keepers.run(() -> restoreAndReturnHere(limit, keepers));
        }
        restoreAndReturnHere(limit, keepers);
        return CompletableFuture.completedFuture(null);
    }

    private void restoreAndReturnHere(Duration limit, Keepers keepers) {
        Future<?> end = abortAfter(limit, keepers);
        try {
            if (!locks.isReady() || locks.restore()) {
                returnToPool();
            } else {
                abort();
            }
        } catch (Throwable e) {
            abort();
        } finally {
            end.cancel(false);
        }
    }

    /** Aborts the session after this time, on a keeper thread, unless the future is canceled before. */
    Future<?> abortAfter(Duration limit, Keepers keepers) {
        return keepers.schedule(() -> keepers.run(this::abort), limit);
    }
}
