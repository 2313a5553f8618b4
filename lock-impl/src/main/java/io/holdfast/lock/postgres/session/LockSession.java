// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.connection.BorrowedConnection;
import io.holdfast.lock.postgres.connection.PoolKind;
import io.holdfast.lock.postgres.connection.RunningStatement;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.AcquireStatement.Acquired;
import io.holdfast.lock.postgres.sql.Backend;
import io.holdfast.lock.postgres.sql.FormerSettings;
import io.holdfast.lock.postgres.sql.MakeReadyStatement;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.Query;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement.NameChange;
import io.holdfast.lock.postgres.sql.RefreshStatement;
import io.holdfast.lock.postgres.sql.RestoreStatement;
import io.holdfast.lock.postgres.sql.SessionName;
import io.holdfast.lock.postgres.sql.SessionSettings;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import io.holdfast.lock.postgres.sql.UnlockStatement;
import io.holdfast.lock.postgres.sql.YieldStatement;
import io.holdfast.lock.postgres.sql.YieldStatement.Yielded;
import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
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
public final class LockSession {

    private final BorrowedConnection connection;
    private final SessionIdentity identity = new SessionIdentity();
    private final RunningStatement running = new RunningStatement();
    private final ReentrantLock oneStatement = new ReentrantLock();

    /** Whether the loss of the locks that share the session was logged. */
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    private final CombinedStatements combined = new CombinedStatements(oneStatement, this);

    /** The settings of the connection as it came; null unless they are changed at present. */
    private volatile @Nullable FormerSettings former;

    /** Used by the owner of the session only. */
    private final ShownName shownName = new ShownName();

    private volatile boolean mayBeCanceled;

    private volatile boolean tooSlow;

    /** Whether the connection is as it came, and must stay so; guarded by {@code oneStatement}. */
    private boolean sealed;

    /** Null if the server does not end the session for its silence, or not by the locker's heartbeat. */
    private volatile @Nullable Lifetime lifetime;

    /**
     * Takes over the connection, which nobody else may use from now on.
     *
     * @param onGone what to do, once, before the connection is returned or aborted
     */
    LockSession(Connection connection, Consumer<LockSession> onGone) {
        this.connection = new BorrowedConnection(connection, () -> onGone.accept(this));
    }

    /** Prepares the connection for statements. */
    public void setUp() throws SQLException {
        connection.setUp();
    }

    // ---- what is known of it

    public PoolKind pool() {
        return connection.pool();
    }

    /** Whether settings of the connection were changed, which have to be restored. */
    public boolean isReady() {
        return former != null;
    }

    /** Which backend it is. To be called after the first answer to a statement that acquires. */
    public Backend backend() {
        return identity.backend();
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
        return (oneStatement.isLocked() ? 1 : 0) + combined.waiting();
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
    public <T> T ask(Query<T> query) throws SQLException {
        oneStatement.lock();
        try {
            if (isSealed()) {
                throw SqlStates.sessionGone();
            }
            long sentNanos = System.nanoTime();
            T answer = Keepers.isKeeper()
                    ? running.run(connection.get(), query, true)
                    : running.run(connection.forCaller(), query, false);
            Lifetime prolonged = lifetime;
            if (prolonged != null) {
                prolonged.prolong(sentNanos);
            }
            return answer;
        } finally {
            oneStatement.unlock();
        }
    }

    private boolean isSealed() {
        return sealed || connection.isGone();
    }

    /** Asks on this session; empty if a statement runs on it, which may take long, or if the session is gone. */
    public <T> Optional<T> unlessBusy(Question<T> question) throws SQLException {
        if (!oneStatement.tryLock()) {
            return Optional.empty();
        }
        try {
            return isSealed() ? Optional.empty() : Optional.of(question.ask(this));
        } finally {
            oneStatement.unlock();
        }
    }

    /** Asks for the only lock of the session. After an exception the session may hold it. */
    public Acquired acquire(AcquireStatement statement) throws SQLException {
        identity.lockIds().add(statement.lockId());
        FormerSettings before = former;
        if (before == null) {
            return acquire(statement, statement.settings());
        }
        SessionSettings settings = statement.settings();
        boolean waits = statement.waitAtMost() != null;
        boolean showsName = shownName.differsFrom(settings.name(), waits);
        long sentNanos = System.nanoTime();
        Acquired answer =
                acquireReady(statement, showsName ? new NameChange(before.applicationName(), settings.name()) : null);
        // The session had no other lock, so its time begins again, also if it ended while the session waited.
        restartLifetime(settings, sentNanos);
        if (showsName && Boolean.TRUE.equals(answer.granted())) {
            shownName.set(settings.name(), waits ? System.nanoTime() : sentNanos);
        }
        return answer;
    }

    /** Asks for one of several locks, on a session that is ready. After an exception the session may hold it. */
    public Acquired acquireAmongOthers(AcquireStatement statement) throws SQLException {
        identity.lockIds().add(statement.lockId());
        return statement.isPlain()
                ? acquired(statement.lockId(), combined.tryAcquire(statement.mode(), statement.lockId()))
                : acquireReady(statement, null);
    }

    private Acquired acquireReady(AcquireStatement statement, @Nullable NameChange name) throws SQLException {
        return acquired(
                statement.lockId(),
                ask(new ReadyAcquireStatement(
                        statement.mode(), statement.lockId(), statement.waitAtMost(), name, statement.fenced())));
    }

    private Acquired acquired(long lockId, ReadyAcquireStatement.Answer answer) throws SQLException {
        if (answer.pid() != backend().pid()) {
            throw SqlStates.sessionChanged();
        }
        if (Boolean.FALSE.equals(answer.granted())) {
            identity.lockIds().remove(lockId);
        }
        return new Acquired(answer.granted(), backend(), null, answer.token());
    }

    /** Makes the session ready for many locks, without asking for one. */
    Acquired makeReady(SessionSettings settings) throws SQLException {
        return acquire(new MakeReadyStatement(settings), settings);
    }

    private Acquired acquire(Query<Acquired> statement, SessionSettings settings) throws SQLException {
        long sentNanos = System.nanoTime();
        Acquired answer = ask(statement);
        identity.learnBackend(answer.backend());
        FormerSettings changed = Boolean.TRUE.equals(answer.granted()) ? answer.former() : null;
        boolean isLimited = changed != null && changed.idleTimeout() != null && settings.isHeartbeat();
        lifetime = isLimited ? new Lifetime(settings.lease(), sentNanos) : null;
        former = changed == null ? null : settings.toRestore(changed);
        shownName.set(settings.name(), sentNanos);
        return answer;
    }

    /**
     * Counts the lifetime from this moment. The server's timeout began when it granted the lock, which may have been
     * any time during the wait; it begins again with the next statement.
     */
    public void restartLifetime(SessionSettings settings, long sentNanos) {
        lifetime = lifetime == null ? null : new Lifetime(settings.lease(), sentNanos);
    }

    /** Whether the lock was held until now, on this very backend. The session stays ready for another lock. */
    public boolean unlock(long lockId, LockMode mode) throws SQLException {
        boolean held = ask(new UnlockStatement(mode, lockId, backend().pid(), null));
        identity.lockIds().remove(lockId);
        return held;
    }

    /** As {@link #unlock}, on a session that may have other locks. */
    public boolean unlockAmongOthers(long lockId, LockMode mode) throws SQLException {
        boolean held = combined.unlock(mode, lockId);
        identity.lockIds().remove(lockId);
        return held;
    }

    /** As {@link #unlock}, and restores the settings of the connection. */
    public boolean unlockAndRestore(long lockId, LockMode mode) throws SQLException {
        return unlockAndRestore(
                new UnlockStatement(mode, lockId, backend().pid(), former),
                () -> identity.lockIds().remove(lockId));
    }

    /** Unlocks the exclusive lock, and tries to acquire it again, unless another session waits for it. */
    public Yielded yieldLock(long lockId, boolean dedicated, boolean fenced) throws SQLException {
        FormerSettings before = former;
        SessionName old = dedicated && before != null ? shownName.ifOld() : null;
        NameChange name =
                old == null ? null : new NameChange(requireNonNull(before).applicationName(), old);
        long sentNanos = System.nanoTime();
        Yielded answer = ask(new YieldStatement(lockId, backend().pid(), name, fenced));
        if (old != null && answer.granted()) {
            shownName.set(old, sentNanos);
        }
        return answer;
    }

    /** Unlocks everything and restores the settings; false if the connection leads to another backend by now. */
    public boolean restore() throws SQLException {
        return unlockAndRestore(
                new RestoreStatement(backend().pid(), requireNonNull(former)), identity.lockIds()::clear);
    }

    /** After the settings were restored, no other statement may change them. */
    private boolean unlockAndRestore(Query<Boolean> unlock, Runnable forget) throws SQLException {
        oneStatement.lock();
        try {
            boolean held = ask(unlock);
            forget.run();
            sealed = true;
            former = null;
            return held;
        } finally {
            oneStatement.unlock();
        }
    }

    /** Unlocks everything, whatever an earlier error has left; false if that fails. */
    public boolean unlockAll() {
        try {
            boolean unlocked = ask(PlainQuery.UNLOCK_ALL);
            identity.lockIds().clear();
            return unlocked;
        } catch (Throwable e) {
            return false;
        }
    }

    /**
     * Whether the session holds the lock and answers in time. A refresh of an enforced lease restarts the server's
     * timeout, with the ttl that is given; otherwise the ttl is null.
     */
    public boolean refresh(long lockId, LockMode mode, @Nullable Duration enforcedTtl) throws SQLException {
        return ask(new RefreshStatement(mode, lockId, backend().pid(), enforcedTtl)) && isInTime();
    }

    /** Gives a sign of life. Whether this is still the same backend, and it answers in time. */
    public boolean touch() throws SQLException {
        return ask(PlainQuery.BACKEND_PID) == backend().pid() && isInTime();
    }

    /** Whether the server cannot have ended the session before its last answer came. */
    private boolean isInTime() {
        Lifetime counted = lifetime;
        return counted == null || !counted.hasEnded();
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

    /**
     * Returns the connection to its source. The session must be proven to hold no lock. The connection may belong to
     * somebody else at once, so this waits for a statement that runs, and none can follow. Does nothing if the
     * connection is gone.
     */
    public void returnToPool() {
        oneStatement.lock();
        try {
            connection.returnToPool();
        } finally {
            oneStatement.unlock();
        }
    }

    /** Ends the session on this side, so that the server releases its locks. Does nothing if the connection is gone. */
    void abort() {
        abort(() -> {});
    }

    /** As {@link #abort()}; {@code ended} runs before the connection is closed, which may hang. */
    void abort(Runnable ended) {
        connection.abort(ended);
    }

    /** Aborts the session after this time, on a keeper thread, unless the future is canceled before. */
    Future<?> abortAfter(Duration limit, Keepers keepers) {
        return keepers.schedule(() -> keepers.run(this::abort), limit);
    }
}
