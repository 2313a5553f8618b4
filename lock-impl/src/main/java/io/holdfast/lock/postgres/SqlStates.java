// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/**
 * What an {@link SQLException} means for a lock; decided by SQLSTATE, type and message id, never by prose.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL manual, "Error Codes"</a>
 */
final class SqlStates {

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String QUERY_CANCELED = "57014";
    private static final String DEADLOCK_DETECTED = "40P01";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String UNDEFINED_OBJECT = "42704";
    private static final String DUPLICATE_PREPARED_STATEMENT = "42P05";
    private static final String INVALID_SQL_STATEMENT_NAME = "26000";
    private static final String PROTOCOL_VIOLATION = "08P01";
    private static final String CONNECTION_EXCEPTION_CLASS = "08";
    private static final String DYNAMIC_SQL_CLASS = "07";
    private static final String OPERATOR_INTERVENTION_CLASS = "57";
    private static final String IN_FAILED_SQL_TRANSACTION = "25P02";
    private static final String NO_ACTIVE_SQL_TRANSACTION = "25P01";
    private static final String IDLE_IN_TRANSACTION_TIMEOUT = "25P03";
    private static final String TRANSACTION_TIMEOUT = "25P04";
    private static final String INSUFFICIENT_RESOURCES_CLASS = "53";

    /** IronJacamar's id for "no managed connection within the blocking time-out"; it comes without a SQLSTATE. */
    private static final String IRONJACAMAR_POOL_EXHAUSTED = "IJ000655";

    private static final String TOO_MANY_CONNECTIONS = "53300";

    /** Types of pools for a connection that they did not give in time: Tomcat's, c3p0's, and what DBCP 2 has as its cause. */
    private static final Set<String> POOLS_EXHAUSTED = Set.of(
            "org.apache.tomcat.jdbc.pool.PoolExhaustedException",
            "com.mchange.v2.resourcepool.TimeoutException",
            "java.util.NoSuchElementException");

    /** Agroal gives no type, SQLSTATE or cause of its own then; it only throws by itself. */
    private static final String AGROAL = "io.agroal.pool.";

    /** Payara's type for a connection that its pool did not give; above another cause if it tried to open one. */
    private static final String PAYARA_POOL_EXHAUSTED = "com.sun.appserv.connectors.internal.api.PoolingException";

    private SqlStates() {}

    /** The server ended the wait at lock_timeout, or somebody canceled it. The lock may be held all the same. */
    static boolean isWaitEnded(SQLException e) {
        return LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || QUERY_CANCELED.equals(e.getSQLState());
    }

    /** This session and others wait for each other. */
    static boolean isDeadlock(SQLException e) {
        return DEADLOCK_DETECTED.equals(e.getSQLState());
    }

    static boolean isNoTransaction(SQLException e) {
        return NO_ACTIVE_SQL_TRANSACTION.equals(e.getSQLState());
    }

    /** An earlier statement of the transaction failed, so that it can only be rolled back. */
    static boolean isTransactionFailed(SQLException e) {
        return IN_FAILED_SQL_TRANSACTION.equals(e.getSQLState());
    }

    static boolean isNotPermitted(SQLException e) {
        return INSUFFICIENT_PRIVILEGE.equals(e.getSQLState());
    }

    /**
     * The server itself ended the statement with an error, which undoes the settings that it made, but not the locks that it
     * took. Errors of the driver have a SQLSTATE too, or none.
     */
    static boolean isRefused(SQLException e) {
        return e.getSQLState() != null && !isSessionLost(e) && !e.getSQLState().startsWith(DYNAMIC_SQL_CLASS);
    }

    /**
     * The statement met a session of somebody else: it has statements prepared that this connection did not prepare, or not
     * those that it did. Or there was no session for a transaction: so PgBouncer answers in statement mode.
     */
    static boolean isForeignSession(SQLException e) {
        return DUPLICATE_PREPARED_STATEMENT.equals(e.getSQLState())
                || INVALID_SQL_STATEMENT_NAME.equals(e.getSQLState())
                || PROTOCOL_VIOLATION.equals(e.getSQLState());
    }

    /** The server does not know a setting that the statement names. */
    static boolean isUnknownSetting(SQLException e) {
        return UNDEFINED_OBJECT.equals(e.getSQLState());
    }

    /** The statement did not run to its end, but the session is as it was before. */
    static boolean isSessionUnharmed(SQLException e) {
        String state = e.getSQLState();
        return QUERY_CANCELED.equals(state) || (state != null && state.startsWith(INSUFFICIENT_RESOURCES_CLASS));
    }

    /** The session is gone, or its state cannot be told: wrappers of application servers give no SQLSTATE then. */
    static boolean isSessionLost(SQLException e) {
        String state = e.getSQLState();
        return !isSessionUnharmed(e)
                && (state == null
                        || state.startsWith(CONNECTION_EXCEPTION_CLASS)
                        || state.equals(IDLE_IN_TRANSACTION_TIMEOUT)
                        || state.equals(TRANSACTION_TIMEOUT)
                        || state.startsWith(OPERATOR_INTERVENTION_CLASS));
    }

    /** For a session that does not answer any more after this. */
    static SQLException sessionLost(SQLException e) {
        return new SQLNonTransientConnectionException("the session ended after: " + e.getSQLState(), "08006", e);
    }

    /**
     * Another connection may do better, or the same a moment later: the server restarts, a pool gave out a connection that had
     * ended, or there was none. Not if the server knows the client and refuses it.
     */
    static boolean isWorthRetrying(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return isPoolExhausted(e)
                        || isSessionLost(sql) && !isDriversProtocolError(sql)
                        || sql.getSQLState().equals(TOO_MANY_CONNECTIONS);
            }
        }
        return true;
    }

    /** The driver sent what it must not, or a pooler ends the session in its own way. */
    static boolean isDriversProtocolError(SQLException e) {
        return PROTOCOL_VIOLATION.equals(e.getSQLState());
    }

    /** The pool or the server has no free connection, as opposed to a database that cannot be reached. */
    static boolean isPoolExhausted(SQLException e) {
        if (e instanceof SQLTransientConnectionException) {
            // Liberty's has one like itself as its cause; a pool that cannot connect, what the driver said.
            return !(e.getCause() instanceof SQLException cause) || isPoolExhausted(cause);
        }
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t.getMessage() != null && t.getMessage().startsWith(IRONJACAMAR_POOL_EXHAUSTED)) {
                return true;
            }
            if (POOLS_EXHAUSTED.contains(t.getClass().getName())
                    || t instanceof SQLException sql && TOO_MANY_CONNECTIONS.equals(sql.getSQLState())) {
                return true;
            }
            if (t.getCause() == null && t.getClass().getName().equals(PAYARA_POOL_EXHAUSTED)) {
                return true;
            }
        }
        return e.getSQLState() == null && e.getCause() == null && isThrownBy(e, AGROAL);
    }

    private static boolean isThrownBy(Throwable failure, String pool) {
        StackTraceElement[] trace = failure.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith(pool);
    }
}
