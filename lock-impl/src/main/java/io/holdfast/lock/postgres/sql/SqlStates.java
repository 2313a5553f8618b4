// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLWarning;
import java.util.Set;

/**
 * What an {@link SQLException} means for a lock; decided by SQLSTATE, type and message id, never by the
 * wording of a message.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL manual, "Error Codes"</a>
 */
public final class SqlStates {

    private static final String WARNING = "01000";
    private static final String STATEMENT_COMPLETION_UNKNOWN = "40003";
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String QUERY_CANCELED = "57014";
    private static final String DEADLOCK_DETECTED = "40P01";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String UNDEFINED_OBJECT = "42704";
    private static final String DUPLICATE_PREPARED_STATEMENT = "42P05";
    private static final String INVALID_SQL_STATEMENT_NAME = "26000";
    private static final String PROTOCOL_VIOLATION = "08P01";
    private static final String CONNECTION_EXCEPTION_CLASS = "08";
    private static final String CONNECTION_DOES_NOT_EXIST = "08003";
    private static final String CONNECTION_FAILURE = "08006";
    private static final String DYNAMIC_SQL_CLASS = "07";
    private static final String OPERATOR_INTERVENTION_CLASS = "57";

    /** admin_shutdown, crash_shutdown, idle_session_timeout. */
    private static final Set<String> SESSION_ENDED = Set.of("57P01", "57P02", "57P05");

    private static final String IN_FAILED_SQL_TRANSACTION = "25P02";
    private static final String NO_ACTIVE_SQL_TRANSACTION = "25P01";
    private static final String IDLE_IN_TRANSACTION_TIMEOUT = "25P03";
    private static final String TRANSACTION_TIMEOUT = "25P04";
    private static final String INSUFFICIENT_RESOURCES_CLASS = "53";

    /** IronJacamar's id for "no managed connection within the blocking timeout"; it comes without a SQLSTATE. */
    private static final String IRONJACAMAR_POOL_EXHAUSTED = "IJ000655";

    private static final String TOO_MANY_CONNECTIONS = "53300";

    /** What pools throw if no connection is available in time: Tomcat's type, c3p0's, and the cause of DBCP 2's. */
    private static final Set<String> POOLS_EXHAUSTED = Set.of(
            "org.apache.tomcat.jdbc.pool.PoolExhaustedException",
            "com.mchange.v2.resourcepool.TimeoutException",
            "java.util.NoSuchElementException");

    /** Agroal's exception has no type, SQLSTATE or cause of its own then; it only comes from Agroal's own code. */
    private static final String AGROAL = "io.agroal.pool.";

    /** What Payara's pool throws if it has no connection; it has a cause if the pool tried to open one. */
    private static final String PAYARA_POOL_EXHAUSTED = "com.sun.appserv.connectors.internal.api.PoolingException";

    private SqlStates() {}

    /**
     * The server ended the wait at lock_timeout, or somebody canceled it. The session may hold the lock nevertheless.
     *
     * @param e the failure
     * @return whether the wait has ended
     */
    public static boolean isWaitEnded(SQLException e) {
        return LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || QUERY_CANCELED.equals(e.getSQLState());
    }

    /**
     * This session and others wait for each other.
     *
     * @param e the failure
     * @return whether there is a deadlock
     */
    public static boolean isDeadlock(SQLException e) {
        return DEADLOCK_DETECTED.equals(e.getSQLState());
    }

    /**
     * The statement needs a transaction, and there is none.
     *
     * @param e the failure
     * @return whether there is no transaction
     */
    public static boolean isNoTransaction(SQLException e) {
        return NO_ACTIVE_SQL_TRANSACTION.equals(e.getSQLState());
    }

    /**
     * An earlier statement of the transaction failed, so that the transaction can only be rolled back.
     *
     * @param e the failure
     * @return whether the transaction has failed
     */
    public static boolean isTransactionFailed(SQLException e) {
        return IN_FAILED_SQL_TRANSACTION.equals(e.getSQLState());
    }

    /**
     * The role lacks a privilege.
     *
     * @param e the failure
     * @return whether the statement is not permitted
     */
    public static boolean isNotPermitted(SQLException e) {
        return INSUFFICIENT_PRIVILEGE.equals(e.getSQLState());
    }

    /**
     * The server itself ended the statement with an error, which undoes the settings that the statement made, but not
     * the locks that it took. An error of the driver may look the same; the session is usable then,
     * too, and callers verify what it holds.
     *
     * @param e the failure
     * @return whether the session continues after an error of the server
     */
    public static boolean isServerError(SQLException e) {
        return e.getSQLState() != null && !isSessionLost(e) && !e.getSQLState().startsWith(DYNAMIC_SQL_CLASS);
    }

    /**
     * The statement reached a session of another client, which has prepared statements that this connection did not
     * prepare, or lacks those that it did. Or there was no session for a transaction, which PgBouncer reports like this
     * in statement mode.
     *
     * @param e the failure
     * @return whether a pooler has exchanged the session
     */
    public static boolean isForeignSession(SQLException e) {
        return DUPLICATE_PREPARED_STATEMENT.equals(e.getSQLState())
                || INVALID_SQL_STATEMENT_NAME.equals(e.getSQLState())
                || PROTOCOL_VIOLATION.equals(e.getSQLState());
    }

    /**
     * The server does not know a setting that the statement names.
     *
     * @param e the failure
     * @return whether a setting is unknown
     */
    public static boolean isUnknownSetting(SQLException e) {
        return UNDEFINED_OBJECT.equals(e.getSQLState());
    }

    /** The statement was not completed, but the session is as it was before. */
    static boolean isSessionUnharmed(SQLException e) {
        String state = e.getSQLState();
        return QUERY_CANCELED.equals(state) || (state != null && state.startsWith(INSUFFICIENT_RESOURCES_CLASS));
    }

    /**
     * The session has ended, or nobody knows its state: the wrappers of application servers throw errors without a
     * SQLSTATE then.
     *
     * @param e the failure
     * @return whether the session has to be regarded as lost
     */
    public static boolean isSessionLost(SQLException e) {
        String state = e.getSQLState();
        return !isSessionUnharmed(e)
                && (state == null
                        || state.startsWith(CONNECTION_EXCEPTION_CLASS)
                        || state.equals(IDLE_IN_TRANSACTION_TIMEOUT)
                        || state.equals(TRANSACTION_TIMEOUT)
                        || state.startsWith(OPERATOR_INTERVENTION_CLASS));
    }

    /**
     * The server itself has said that it ends the session: it was terminated, has been idle for too long, or the server
     * stops.
     *
     * @param e the failure
     * @return whether the server has confirmed the end of the session
     */
    public static boolean isEndConfirmed(SQLException e) {
        return e.getSQLState() != null && SESSION_ENDED.contains(e.getSQLState());
    }

    /**
     * Makes the failure of a session that does not answer after another failure.
     *
     * @param e the failure before
     * @return a failure for which {@link #isSessionLost} is true
     */
    public static SQLException sessionLost(SQLException e) {
        return new SQLNonTransientConnectionException(
                "the session ended after: " + e.getSQLState(), CONNECTION_FAILURE, e);
    }

    /**
     * Makes the failure of a statement on a session on which an error has stopped a statement half-way.
     *
     * @return a failure for which {@link #isSessionLost} is true
     */
    public static SQLException sessionStopped() {
        return new SQLNonTransientConnectionException(
                "an error has stopped an earlier statement of the session", CONNECTION_DOES_NOT_EXIST);
    }

    /**
     * Makes the failure of a statement on a session that was returned to its pool or aborted.
     *
     * @return a failure for which {@link #isSessionLost} is true
     */
    public static SQLException sessionGone() {
        return new SQLNonTransientConnectionException("the session was returned or aborted", CONNECTION_DOES_NOT_EXIST);
    }

    /**
     * Makes the failure of a session behind whose connection a different session has answered.
     *
     * @return a failure for which {@link #isSessionLost} is true
     */
    public static SQLException sessionChanged() {
        return new SQLNonTransientConnectionException(
                "the connection leads to a different session", CONNECTION_DOES_NOT_EXIST);
    }

    /**
     * The server warns, and does not only inform.
     *
     * @param warning what came with an answer
     * @return whether the answer is to be doubted
     */
    static boolean isWarning(SQLWarning warning) {
        return WARNING.equals(warning.getSQLState());
    }

    /**
     * Makes the failure of a lock that was granted with a fencing token that a failover may set back.
     *
     * @return a failure for which {@link #isServerError} is true
     */
    public static SQLException tokenNotConfirmed() {
        return new SQLException(
                "the server stopped waiting for its synchronous standbys to confirm the fencing token",
                STATEMENT_COMPLETION_UNKNOWN);
    }

    /**
     * Another attempt may succeed, on another connection or a moment later: the server restarts, the pool lent a
     * connection that had ended, or there was none. An attempt is not worth retrying if the server knows the client and
     * rejects it.
     *
     * @param e the failure
     * @return whether to try again
     */
    public static boolean isWorthRetrying(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return isPoolExhausted(e)
                        || isSessionLost(sql) && !isProtocolViolation(sql)
                        || sql.getSQLState().equals(TOO_MANY_CONNECTIONS);
            }
        }
        return true;
    }

    /**
     * The driver sent what the protocol does not allow, or a pooler ends the session in its own way.
     *
     * @param e the failure
     * @return whether the protocol was violated
     */
    public static boolean isProtocolViolation(SQLException e) {
        return PROTOCOL_VIOLATION.equals(e.getSQLState());
    }

    /**
     * The pool or the server has no free connection, as opposed to a database that cannot be reached.
     *
     * @param e the failure
     * @return whether all connections are in use
     */
    public static boolean isPoolExhausted(SQLException e) {
        if (e instanceof SQLTransientConnectionException) {
            // The cause of Liberty's is of the same type; the cause of a pool that cannot connect is the driver's
            // exception.
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
