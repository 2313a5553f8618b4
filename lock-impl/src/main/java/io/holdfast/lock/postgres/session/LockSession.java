// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.AcquireStatement.Acquired;
import io.holdfast.lock.postgres.sql.Backend;
import io.holdfast.lock.postgres.sql.FormerSettings;
import io.holdfast.lock.postgres.sql.MakeReadyStatement;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.Query;
import io.holdfast.lock.postgres.sql.RefreshStatement;
import io.holdfast.lock.postgres.sql.RestoreStatement;
import io.holdfast.lock.postgres.sql.SessionSettings;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateStatement;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import io.holdfast.lock.postgres.sql.UnlockStatement;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL session behind one connection that nobody else uses, in autocommit. Methods block on JDBC and run one
 * after the other, but for {@link #cancel()} and {@link #end()}, which are for another thread while a statement runs.
 */
public final class LockSession {

    private static final String PRODUCT = "PostgreSQL";

    private final Connection connection;
    private final Consumer<LockSession> onGone;
    private final ReentrantLock oneStatement = new ReentrantLock();
    private final AtomicBoolean gone = new AtomicBoolean();

    /** Written once, by {@link #pin()}, before the session is used. */
    private boolean autoCommitBefore = true;

    /** What the driver received; empty if it does not show. Written once, by {@link #pin()}. */
    private OptionalInt driverPid = OptionalInt.empty();

    /** Null before the session was made ready by a statement that acquires. */
    private volatile Backend backend;

    /** When the session began, by its server's clock in microseconds; null until a check has seen it. */
    private volatile Long start;

    /** What the session may hold or wait for. */
    private final Set<Long> lockIds = ConcurrentHashMap.newKeySet();

    /** The settings of the connection as it came; null before a statement changed them. */
    private volatile FormerSettings former;

    private volatile boolean ready;

    /** Whether the log has the loss of the locks that share the session. */
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    /** Whether the connection is as it came, and must stay so; guarded by the lock above. */
    private boolean sealed;

    /** When the statement that runs was sent; read without the lock. */
    private volatile Deadline runningSince;

    /** Null if the server does not end this session for its silence, or not by the locker's heartbeat. */
    private volatile Lifetime lifetime;

    /** The statement that runs, or null; read by {@link #cancel()} without the lock. */
    private volatile Statement running;

    /** Takes over the connection, which nobody else may use from now on; {@code onGone} runs once, when it is given up. */
    LockSession(Connection connection, Consumer<LockSession> onGone) {
        this.connection = connection;
        this.onGone = onGone;
    }

    /** Makes the session ready for a lock. */
    public void pin() throws SQLException {
        driverPid = DriverConnection.backendPid(connection);
        autoCommitBefore = connection.getAutoCommit();
        if (!autoCommitBefore) {
            setAutoCommit();
        }
    }

    private void setAutoCommit() throws SQLException {
        try {
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            if (SqlStates.isRefused(e) || e.getSQLState() == null) {
                throw Messages.noAutoCommit(e);
            }
            throw e;
        }
        if (!connection.getAutoCommit()) {
            throw Messages.noAutoCommit(null);
        }
    }

    /** Whether settings of the connection were changed, which have to be restored. */
    public boolean isReady() {
        return ready;
    }

    public ServerPool pool() {
        return ServerPool.of(connection);
    }

    /** Null before the first answer. */
    @Nullable
    public Backend backend() {
        return backend;
    }

    /** What is known of the session for those who look for it on the server. */
    Traces traces() {
        Backend known = backend;
        return new Traces(
                known == null ? driverPid : OptionalInt.of(known.pid()),
                known == null ? null : known.serverStart(),
                start,
                Set.copyOf(lockIds));
    }

    /** The process id that the driver received when it connected; empty if it does not show. */
    OptionalInt driverPid() {
        return driverPid;
    }

    /** When the session began, as a check has seen it; null before. */
    @Nullable
    public Long start() {
        return start;
    }

    public void learnStart(Long start) {
        this.start = start;
    }

    @Nullable
    public Lifetime lifetime() {
        return lifetime;
    }

    /** Asks for a lock. */
    public Acquired acquire(AcquireStatement statement) throws SQLException {
        lockIds.add(statement.lockId());
        return acquire(statement, statement.settings());
    }

    /** Asks for no lock yet. */
    Acquired makeReady(SessionSettings settings) throws SQLException {
        return acquire(new MakeReadyStatement(settings), settings);
    }

    private Acquired acquire(Query<Acquired> statement, @Nullable SessionSettings settings) throws SQLException {
        long sentNanos = System.nanoTime();
        Acquired answer = ask(statement);
        backend = answer.backend();
        FormerSettings before = answer.former();
        if (settings != null && before != null) {
            former = before;
            ready = Boolean.TRUE.equals(answer.granted());
            boolean watched = ready && before.idleTimeout() != null && settings.isHeartbeat();
            lifetime = watched ? new Lifetime(settings.lease(), sentNanos) : null;
        }
        return answer;
    }

    /** The server's time-out began to run when it granted, which is not known; it surely runs from the next answer. */
    public void restartLifetime(SessionSettings settings, long sentNanos) {
        lifetime = lifetime == null ? null : new Lifetime(settings.lease(), sentNanos);
    }

    /** Whether the lock was held until now, on this very backend. If the session was for it alone, it is as it came then. */
    public boolean unlock(long lockId, LockMode mode, boolean restore) throws SQLException {
        oneStatement.lock();
        try {
            boolean held = ask(new UnlockStatement(mode, lockId, backend.pid(), restore ? former : null));
            lockIds.remove(lockId);
            if (restore) {
                seal();
            }
            return held;
        } finally {
            oneStatement.unlock();
        }
    }

    /** Frees what the session may hold and leaves it as it came; false if it is another one by now. */
    boolean restore() throws SQLException {
        oneStatement.lock();
        try {
            boolean restored = ask(new RestoreStatement(backend.pid(), former));
            lockIds.clear();
            seal();
            return restored;
        } finally {
            oneStatement.unlock();
        }
    }

    /** Once the settings are restored no other statement may change them again. */
    private void seal() {
        sealed = true;
        ready = false;
    }

    /** Proves that this session holds the lock; {@code enforcedTtl} restarts the server's idle timeout. */
    public boolean refresh(long lockId, LockMode mode, @Nullable Duration enforcedTtl) throws SQLException {
        return ask(new RefreshStatement(mode, lockId, backend.pid(), enforcedTtl)) && isInTime();
    }

    /** A sign of life. Whether this is still the same session, and the server had not given it up before the answer came. */
    public boolean touch() throws SQLException {
        return ask(PlainQuery.BACKEND_PID) == backend.pid() && isInTime();
    }

    private boolean isInTime() {
        return lifetime == null || !lifetime.hasEnded();
    }

    /** Begins a transaction with the next statement. Not for a session that holds a lock. */
    void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    void rollback() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    /** Asks the driver, not the server: another database would not understand the statements that follow. */
    void requirePostgres() throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (!PRODUCT.equals(product)) {
            throw Messages.notPostgres(product);
        }
    }

    /** Asks on this session, unless a statement runs on it, which may take its time. */
    public <T> Optional<T> unlessBusy(Question<T> question) throws SQLException {
        if (!oneStatement.tryLock()) {
            return Optional.empty();
        }
        try {
            return gone.get() || sealed ? Optional.empty() : Optional.of(question.ask(this));
        } finally {
            oneStatement.unlock();
        }
    }

    /** Frees every lock of the session, whatever an earlier error left behind; false if that fails. */
    public boolean wipe() {
        try {
            return ask(PlainQuery.UNLOCK_ALL);
        } catch (Throwable e) {
            return false;
        }
    }

    /** Asks the server to give up the statement that runs, if one does. Not heard if it has not been sent yet. */
    public void cancel() {
        Statement statement = running;
        if (statement != null) {
            try {
                statement.cancel();
            } catch (SQLException | RuntimeException e) {
                Messages.LOG.log(System.Logger.Level.DEBUG, "cancel failed", e);
            }
        }
    }

    /**
     * Hands the connection back to where it came from. Only for a session that is proven to hold no lock. From then on it is
     * somebody else's, maybe at once: so nothing of this session's may run any more, and nothing may follow.
     */
    public void unpin() {
        oneStatement.lock();
        try {
            if (giveUp()) {
                handBack();
            }
        } finally {
            oneStatement.unlock();
        }
    }

    private void handBack() {
        try {
            if (!autoCommitBefore) {
                connection.setAutoCommit(false);
            }
            connection.close();
        } catch (Throwable e) {
            abort();
            leavePool(connection);
        }
    }

    /**
     * Ends the session physically, so that the server frees its locks; the connection never serves anybody again. False if the
     * connection was given up before: then it may be somebody else's.
     */
    boolean end() {
        return end(() -> {});
    }

    /** Ends the session, as {@link #end()} does, unless the future is canceled before that. */
    Future<?> endAfter(Duration limit, Keepers keepers) {
        return keepers.schedule(() -> keepers.run(this::end), limit);
    }

    /** As {@link #end()}; {@code ended} runs before the connection is closed, which may hang. */
    boolean end(Runnable ended) {
        boolean mine = giveUp();
        if (mine) {
            abort();
            ended.run();
            leavePool(connection);
        }
        return mine;
    }

    /** Agroal before 3.2 loses the place of a connection that is aborted through it. */
    private void abort() {
        try {
            if (!connection.getClass().getName().startsWith("io.agroal.")) {
                connection.abort(Runnable::run);
            } else if (!connection.isClosed()) {
                DriverConnection.of(connection).orElse(connection).abort(Runnable::run);
            }
        } catch (Throwable e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "abort failed", e);
            terminateSelf();
        }
    }

    /** Closes a connection that is dead. */
    static void leavePool(Connection connection) {
        try {
            connection.close();
        } catch (Throwable e) {
            // Expected of some pools for a connection that was aborted; the close made them drop it.
            Messages.LOG.log(System.Logger.Level.TRACE, "close after abort failed", e);
        }
    }

    /** Whether the connection was closed by the driver, as after a fatal error. */
    public boolean isClosed() {
        try {
            return connection.isClosed();
        } catch (SQLException | RuntimeException e) {
            return true;
        }
    }

    /** Whether the connection was given up. */
    public boolean isGone() {
        return gone.get();
    }

    /** True for the first caller. */
    public boolean isLossNews() {
        return lossLogged.compareAndSet(false, true);
    }

    /** True for the first who does. */
    private boolean giveUp() {
        boolean first = gone.compareAndSet(false, true);
        if (first) {
            onGone.accept(this);
        }
        return first;
    }

    /** For a connection that cannot be aborted: its session ends itself, and answers with an error. */
    private void terminateSelf() {
        try (Statement statement = connection.createStatement()) {
            statement.execute(TerminateStatement.TERMINATE_SELF);
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "session terminated", e);
        }
    }

    /** Asks the server. An answer is a sign of life. */
    public <T> T ask(Query<T> query) throws SQLException {
        oneStatement.lock();
        runningSince = Deadline.after(Duration.ZERO);
        try (PreparedStatement statement = usable().prepareStatement(query.text())) {
            long sentNanos = System.nanoTime();
            query.bind(statement);
            running = statement;
            statement.execute();
            T answer = query.read(lastResult(statement));
            if (lifetime != null) {
                lifetime.prolong(sentNanos);
            }
            return answer;
        } finally {
            running = null;
            runningSince = null;
            oneStatement.unlock();
        }
    }

    private Connection usable() throws SQLException {
        if (sealed || gone.get()) {
            throw SqlStates.sessionGivenUp();
        }
        return connection;
    }

    /** Whether a statement has been running for longer than this. */
    boolean isHanging(Duration limit) {
        Deadline since = runningSince;
        return since != null && System.nanoTime() - since.nanos() > limit.toNanos();
    }

    /** A statement that waits is preceded by another one, whose result is not looked at. */
    private static ResultSet lastResult(Statement statement) throws SQLException {
        ResultSet result = statement.getResultSet();
        while (statement.getMoreResults(Statement.KEEP_CURRENT_RESULT)) {
            result = statement.getResultSet();
        }
        return result;
    }

    /** Something to ask the server on whatever session. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(LockSession session) throws SQLException;
    }
}
