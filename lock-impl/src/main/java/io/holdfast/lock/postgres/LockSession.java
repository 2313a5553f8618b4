// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.AdvisoryLockSql.Acquire;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL session behind one connection that nobody else uses, in autocommit. Methods block on JDBC and run one
 * after the other, but for {@link #cancel()} and {@link #end()}, which are for another thread while a statement runs.
 */
final class LockSession {

    private static final String PRODUCT = "PostgreSQL";

    /**
     * Which backend it is, told from others of the same process id.
     *
     * @param pid its process id
     * @param seenAt a moment of the server's clock, in microseconds, at which it was there
     * @param serverStart when its server started; another one on another server, and after a restart
     */
    record Backend(int pid, long seenAt, long serverStart) {}

    /** What a server said to an attempt; {@code granted} is null on a standby. */
    record Answer(@Nullable Boolean granted, @Nullable FencingToken token) {}

    /**
     * By which a session is found that was given up and may live on.
     *
     * @param pid its process id; empty if it is not known
     * @param serverStart when its server started; null if it is not known
     * @param start when it began, by the server's clock in microseconds; null if it is not known
     * @param lockIds what it may hold or wait for
     */
    record Traces(
            OptionalInt pid,
            @Nullable Long serverStart,
            @Nullable Long start,
            Set<Long> lockIds) {}

    /**
     * What a server said to the request to end a session.
     *
     * @param serverStart when the server started that was asked
     * @param wasThere whether the session was there, and held one of its locks or waited for one
     */
    record Termination(long serverStart, boolean wasThere) {}

    /** A lock that a session of the server held; {@code sessionStart} is null if the role may not see it. */
    record Holding(
            int pid, long lockId, boolean shared, @Nullable Long sessionStart) {}

    /** What a server said of the locks that sessions hold. */
    record Holdings(boolean standby, long serverStart, Set<Holding> all) {}

    /** The settings of the connection as it came. */
    private record Before(@Nullable String idleTimeout, String applicationName) {}

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

    private volatile Before before;

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
    void pin() throws SQLException {
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
    boolean isReady() {
        return ready;
    }

    ServerPool pool() {
        return ServerPool.of(connection);
    }

    /** Null before the first answer. */
    @Nullable
    Backend backend() {
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
    Long start() {
        return start;
    }

    void learnStart(Long start) {
        this.start = start;
    }

    @Nullable
    Lifetime lifetime() {
        return lifetime;
    }

    /** Asks for a lock, or only makes the session ready; as {@link Acquire} says. */
    Answer acquire(Acquire what, long lockId, @Nullable Duration waitAtMost, SessionTerms terms) throws SQLException {
        if (what.lock() != null) {
            lockIds.add(lockId);
        }
        long sentNanos = System.nanoTime();
        return query(
                what.sql(),
                statement -> {
                    int i = 1;
                    if (what.waiting()) {
                        statement.setString(i++, millis(waitAtMost));
                    }
                    if (what.lock() != null) {
                        statement.setLong(i++, lockId);
                    }
                    if (what.own()) {
                        statement.setString(i++, Long.toString(terms.lease().toMillis()));
                        statement.setInt(i++, terms.name().roomForFormerName());
                        statement.setString(i++, terms.name().before());
                        statement.setString(i, terms.name().after());
                    }
                },
                row -> answer(row, what, terms, sentNanos));
    }

    private Answer answer(ResultSet row, Acquire what, SessionTerms terms, long sentNanos) throws SQLException {
        Boolean granted = (Boolean) row.getObject(1);
        backend = new Backend(row.getInt(2), row.getLong(3), row.getLong(8));
        if (what.own()) {
            before = new Before(row.getString(4), row.getString(5));
            ready = Boolean.TRUE.equals(granted);
            boolean watched = ready && before.idleTimeout() != null && terms.isHeartbeat();
            lifetime = watched ? new Lifetime(terms.lease(), sentNanos) : null;
        } else if (lifetime != null) {
            lifetime.prolong(sentNanos);
        }
        String position = row.getString(6);
        return new Answer(
                granted,
                position == null
                        ? null
                        : new FencingToken(Long.parseLong(row.getString(7), 16), Long.parseLong(position)));
    }

    /** The server's time-out began to run when it granted, which is not known; it surely runs from the next answer. */
    void restartLifetime(SessionTerms terms, long sentNanos) {
        lifetime = lifetime == null ? null : new Lifetime(terms.lease(), sentNanos);
    }

    /** Whether the lock was held until now, on this very backend. If the session was for it alone, it is as it came then. */
    boolean unlock(long lockId, LockMode mode, boolean restore) throws SQLException {
        return unlock(AdvisoryLockSql.unlock(Objects.requireNonNull(mode), restore), lockId, restore);
    }

    /** Frees what the session may hold and leaves it as it came; false if it is another one by now. */
    boolean restore() throws SQLException {
        return unlock(AdvisoryLockSql.unlock(null, true), null, true);
    }

    /** Once the settings are restored no other statement may change them again. */
    private boolean unlock(String sql, @Nullable Long lockId, boolean restore) throws SQLException {
        oneStatement.lock();
        try {
            boolean held = send(sql, lockId, restore);
            if (lockId == null) {
                lockIds.clear();
            } else {
                lockIds.remove(lockId);
            }
            sealed = restore;
            ready &= !restore;
            return held;
        } finally {
            oneStatement.unlock();
        }
    }

    private boolean send(String sql, @Nullable Long lockId, boolean restore) throws SQLException {
        return query(
                sql,
                statement -> {
                    int i = 1;
                    statement.setInt(i++, backend.pid());
                    if (lockId != null) {
                        statement.setLong(i++, lockId);
                    }
                    if (restore) {
                        statement.setString(i++, before.idleTimeout());
                        statement.setString(i, before.applicationName());
                    }
                },
                row -> row.getBoolean(1));
    }

    /** Asks whether this session holds the lock; {@code enforcedTtl} starts the server's idle time-out anew. */
    boolean isHeld(long lockId, LockMode mode, @Nullable Duration enforcedTtl) throws SQLException {
        long sentNanos = System.nanoTime();
        boolean held = query(
                AdvisoryLockSql.isHeld(mode, enforcedTtl != null),
                statement -> {
                    statement.setLong(1, lockId);
                    statement.setInt(2, backend.pid());
                    if (enforcedTtl != null) {
                        statement.setString(3, millis(enforcedTtl));
                    }
                },
                row -> row.getBoolean(1));
        return held && (lifetime == null || lifetime.prolong(sentNanos));
    }

    /** A sign of life. Whether this is still the same session, and the server had not given it up before the answer came. */
    boolean touch() throws SQLException {
        long sentNanos = System.nanoTime();
        return backendPid() == backend.pid() && (lifetime == null || lifetime.prolong(sentNanos));
    }

    int backendPid() throws SQLException {
        return query(AdvisoryLockSql.BACKEND_PID, statement -> {}, row -> row.getInt(1));
    }

    /** As {@link #terminate(Traces)}, for a session that was shown to an operator. */
    boolean terminate(LockInfo.Session shown, long lockId) throws SQLException {
        String startedAt = shown.startedAt() == null ? null : shown.startedAt().toString();
        return rows(
                AdvisoryLockSql.TERMINATE_SHOWN,
                statement -> {
                    statement.setInt(1, shown.pid());
                    statement.setString(2, startedAt);
                    statement.setString(3, startedAt);
                    statement.setLong(4, lockId);
                },
                ResultSet::next);
    }

    /** Takes a lock that is nobody's, for a moment, to see what the server makes of it. */
    boolean tryLock(long lockId) throws SQLException {
        return ask(AdvisoryLockSql.TRY, lockId);
    }

    boolean tryLockInTransaction(long lockId) throws SQLException {
        return ask(AdvisoryLockSql.TRY_IN_TRANSACTION, lockId);
    }

    boolean unlock(long lockId) throws SQLException {
        return ask(AdvisoryLockSql.UNLOCK, lockId);
    }

    private boolean ask(String sql, long lockId) throws SQLException {
        return query(sql, statement -> statement.setLong(1, lockId), row -> row.getBoolean(1));
    }

    /** Begins a transaction with the next statement. Not for a session that holds a lock. */
    void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    void rollback() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    /** Whether the server is a standby. */
    boolean isStandby() throws SQLException {
        return query(AdvisoryLockSql.IS_STANDBY, statement -> {}, row -> row.getBoolean(1));
    }

    /** Which server this is. */
    Servers.Identity serverIdentity() throws SQLException {
        return query(
                AdvisoryLockSql.SERVER_IDENTITY,
                statement -> {},
                row -> new Servers.Identity(row.getLong(1), Long.parseLong(row.getString(2), 16)));
    }

    /** Told from other databases of this server and of others. */
    TransactionLocks.Database database() throws SQLException {
        return query(
                AdvisoryLockSql.DATABASE,
                statement -> {},
                row -> new TransactionLocks.Database(row.getLong(1), row.getLong(2)));
    }

    /** Asks the driver, not the server: another database would not understand the statements that follow. */
    void requirePostgres() throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (!PRODUCT.equals(product)) {
            throw Messages.notPostgres(product);
        }
    }

    /** What these sessions hold, whoever's they are. A sign of life of this one, too, which may have no time for another. */
    Holdings holdings(Collection<Integer> pids) throws SQLException {
        long sentNanos = System.nanoTime();
        Holdings holdings = rows(AdvisoryLockSql.HOLDINGS, statement -> statement.setString(1, array(pids)), rows -> {
            rows.next();
            boolean standby = rows.getBoolean(1);
            long serverStart = rows.getLong(2);
            Set<Holding> all = new HashSet<>();
            do {
                if (rows.getObject(3) != null) {
                    all.add(new Holding(rows.getInt(3), rows.getLong(4), rows.getBoolean(5), (Long) rows.getObject(6)));
                }
            } while (rows.next());
            return new Holdings(standby, serverStart, all);
        });
        if (lifetime != null) {
            lifetime.prolong(sentNanos);
        }
        return holdings;
    }

    /** Ends another session on the server, if it holds or waits for one of its locks. */
    Termination terminate(Traces other) throws SQLException {
        return query(
                AdvisoryLockSql.TERMINATE,
                statement -> {
                    statement.setInt(1, other.pid().orElseThrow());
                    statement.setString(2, array(other.lockIds()));
                    statement.setObject(3, other.start(), Types.BIGINT);
                    statement.setObject(4, other.start(), Types.BIGINT);
                    statement.setObject(5, other.serverStart(), Types.BIGINT);
                    statement.setObject(6, other.serverStart(), Types.BIGINT);
                },
                row -> new Termination(row.getLong(1), row.getInt(2) > 0));
    }

    private static String array(Collection<? extends Number> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    /** Asks on this session, unless a statement runs on it, which may take its time. */
    <T> Optional<T> unlessBusy(Question<T> question) throws SQLException {
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
    boolean wipe() {
        try {
            query(AdvisoryLockSql.UNLOCK_ALL, statement -> {}, row -> null);
            return true;
        } catch (Throwable e) {
            return false;
        }
    }

    /** Asks the server to give up the statement that runs, if one does. Not heard if it has not been sent yet. */
    void cancel() {
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
    void unpin() {
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
    boolean isClosed() {
        try {
            return connection.isClosed();
        } catch (SQLException | RuntimeException e) {
            return true;
        }
    }

    /** Whether the connection was given up. */
    boolean isGone() {
        return gone.get();
    }

    /** True for the first caller. */
    boolean isLossNews() {
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
            statement.execute(AdvisoryLockSql.TERMINATE_SELF);
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "session terminated", e);
        }
    }

    private <T> T query(String sql, Binder binder, Mapper<T> mapper) throws SQLException {
        return rows(sql, binder, rows -> {
            rows.next();
            return mapper.map(rows);
        });
    }

    <T> T rows(String sql, Binder binder, Mapper<T> mapper) throws SQLException {
        oneStatement.lock();
        runningSince = Deadline.after(Duration.ZERO);
        try (PreparedStatement statement = usable().prepareStatement(sql)) {
            binder.bind(statement);
            running = statement;
            statement.execute();
            return mapper.map(lastResult(statement));
        } finally {
            running = null;
            runningSince = null;
            oneStatement.unlock();
        }
    }

    private Connection usable() throws SQLException {
        if (sealed || gone.get()) {
            throw new SQLNonTransientConnectionException("the session was given up", "08003");
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

    /** At least 1: zero would switch the limit off. */
    private static String millis(Duration duration) {
        return Long.toString(Math.max(1, duration.toMillis()));
    }

    @FunctionalInterface
    interface Binder {
        void bind(PreparedStatement statement) throws SQLException;
    }

    @FunctionalInterface
    interface Mapper<T> {
        T map(ResultSet rows) throws SQLException;
    }

    /** Something to ask the server on whatever session. */
    @FunctionalInterface
    interface Question<T> {
        T ask(LockSession session) throws SQLException;
    }
}
