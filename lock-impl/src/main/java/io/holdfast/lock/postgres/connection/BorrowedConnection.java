// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.connection;

import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateOwnStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a session, from the moment when its source lends it until it is returned or aborted, whichever
 * happens first. After that it is gone, and may belong to somebody else.
 */
public final class BorrowedConnection {

    private static final String PRODUCT = "PostgreSQL";
    private static final String AGROAL = "io.agroal.";

    private final Connection connection;
    private final PoolKind pool;
    private final Supplier<@Nullable Integer> pid;
    private final Runnable onGone;
    private final AtomicBoolean gone = new AtomicBoolean();

    /** See {@link #forAnyThread}. Written once, by {@link #setUp}, before the connection is used. */
    private @Nullable Connection forAnyThread;

    /** Written likewise. */
    private boolean autoCommitBefore = true;

    /**
     * The process id that the driver received when it connected; empty if the pool does not show it. Written likewise.
     */
    private OptionalInt driverPid = OptionalInt.empty();

    /**
     * Takes the connection over.
     *
     * @param pid knows the process id of the session, or returns null
     * @param onGone what to do, once, before the connection is returned or aborted
     */
    public BorrowedConnection(Connection connection, Supplier<@Nullable Integer> pid, Runnable onGone) {
        this.connection = connection;
        this.pid = pid;
        this.pool = PoolKind.of(connection);
        this.onGone = onGone;
    }

    /** The connection itself, for statements on keeper threads. */
    public Connection get() {
        return connection;
    }

    /** The connection for statements on threads of the application; null if there should be none. */
    @Nullable
    public Connection forAnyThread() {
        return forAnyThread;
    }

    /** The connection for a statement on a thread that is no keeper: any thread, if the locker is closed. */
    public Connection forCaller() {
        Connection found = forAnyThread;
        return found == null ? connection : found;
    }

    public PoolKind pool() {
        return pool;
    }

    public OptionalInt driverPid() {
        return driverPid;
    }

    /** Whether the driver has connected to the session with this process id itself, and not to a pooler. */
    public boolean isDirect(int pid) {
        return driverPid.isPresent() && driverPid.getAsInt() == pid;
    }

    /**
     * Whether the connection leads to the session with this process id for as long as it is open: it is direct, and its
     * pool does not exchange it.
     */
    public boolean leadsTo(int pid) {
        return pool.isPlain() && isDirect(pid);
    }

    /** Asks the driver, not the server: another database would not understand the statements that follow. */
    public void requirePostgres() throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (!PRODUCT.equals(product)) {
            throw Messages.notPostgres(product);
        }
    }

    // ---- transactions

    /** Sets autocommit until the connection is returned. */
    public void setUp() throws SQLException {
        forAnyThread = pool.forAnyThread(connection);
        driverPid = DriverConnection.backendPid(connection);
        autoCommitBefore = connection.getAutoCommit();
        if (!autoCommitBefore) {
            setAutoCommit();
        }
    }

    /** Fails within a transaction of an application server, or has no effect there. */
    private void setAutoCommit() throws SQLException {
        try {
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            if (SqlStates.isServerError(e) || e.getSQLState() == null) {
                throw Messages.noAutoCommit(e);
            }
            throw e;
        }
        if (!connection.getAutoCommit()) {
            throw Messages.noAutoCommit(null);
        }
    }

    /** Begins a transaction with the next statement. */
    public void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    public void rollback() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    // ---- the end

    /** Whether the connection was closed by the driver, as after a fatal error. */
    public boolean isClosed() {
        try {
            return connection.isClosed();
        } catch (SQLException | RuntimeException e) {
            return true;
        }
    }

    public boolean isGone() {
        return gone.get();
    }

    /** Only the caller that gets true may return or abort the connection. */
    private boolean markGone() {
        boolean first = gone.compareAndSet(false, true);
        if (first) {
            onGone.run();
        }
        return first;
    }

    /** Returns the connection to its source as it came, or aborts it if that fails. Does nothing if it is gone. */
    public void returnToPool() {
        if (!markGone()) {
            return;
        }
        try {
            if (!autoCommitBefore) {
                connection.setAutoCommit(false);
            }
            connection.close();
        } catch (Throwable e) {
            endSession();
            closeDead(connection);
        }
    }

    /** Limits the time for which the last statements of the connection wait for their answer. */
    public void limitAnswers(Duration limit) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(Math.max(1, limit.toMillis())));
    }

    /** Ends the session of the connection, which nobody can use again. Does nothing if it is gone. */
    public void abort() {
        abort(() -> false, () -> {});
    }

    /**
     * As {@link #abort()}, but first asks the server to end the session.
     *
     * @param ending asks for it; the answer is whether the server has confirmed the end
     * @param unconfirmed what to do otherwise, before the connection is closed, which may hang
     */
    public void abort(BooleanSupplier ending, Runnable unconfirmed) {
        if (!markGone()) {
            return;
        }
        boolean confirmed = false;
        try {
            confirmed = ending.getAsBoolean();
        } finally {
            endSession();
            if (!confirmed) {
                unconfirmed.run();
            }
            closeDead(connection);
        }
    }

    /** Agroal before 3.2 never frees the place of a connection that is aborted, so there the driver's connection is. */
    private void endSession() {
        try {
            if (!connection.getClass().getName().startsWith(AGROAL)) {
                connection.abort(Runnable::run);
            } else if (!connection.isClosed()) {
                DriverConnection.of(connection).orElse(connection).abort(Runnable::run);
            }
        } catch (Throwable e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "abort failed", e);
            terminateSelf();
        }
    }

    /** For a connection that cannot be aborted: its session terminates itself, so that the statement fails. */
    private void terminateSelf() {
        TerminateOwnStatement own = new TerminateOwnStatement(pid.get());
        try (PreparedStatement statement = connection.prepareStatement(own.text())) {
            own.bind(statement);
            statement.execute();
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "session terminated", e);
        }
    }

    /** Closes a connection that has ended, so that its pool drops it. */
    static void closeDead(Connection dead) {
        try {
            dead.close();
        } catch (Throwable e) {
            // Some pools throw for a connection that was aborted, but have dropped it then.
            Messages.LOG.log(System.Logger.Level.TRACE, "close after abort failed", e);
        }
    }
}
