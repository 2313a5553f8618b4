// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockDeadlockException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.message.Causes;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.spi.KeyText;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Everything that users read, in one place. An id is never used again for something else. {@code lock} is the lock as
 * {@link #lock} shows it; {@code what} is that, or whatever else was asked for.
 */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static String lock(String key, long lockId) {
        return "lock " + KeyText.of(key, lockId);
    }

    static String lock(LockAttempt attempt) {
        return lock(attempt.request().key(), attempt.lockId());
    }

    static LockNotAcquiredException notAcquired(String lock, String holder, Duration waited) {
        return new LockNotAcquiredException(
                "HOLDFAST-0001: " + lock + " is held by " + holder + "; gave up after " + seconds(waited)
                        + ". Wait longer, or look up the holder in pg_locks",
                null);
    }

    static LockNotAcquiredException heldByCaller(String lock, Duration waited) {
        return new LockNotAcquiredException(
                "HOLDFAST-0001: " + lock + " is held through a handle that this very thread acquired; gave up after "
                        + seconds(waited) + ". Locks are not reentrant: pass the handle on, or use Locker.asLock",
                null);
    }

    static LockNotHeldException notHeld(String lock, LockState state) {
        return new LockNotHeldException(
                "HOLDFAST-0002: " + lock + " is not held through this handle: " + state
                        + switch (state) {
                            case LAPSED -> ". Its ttl passed without a refresh; others may have held it meanwhile";
                            case LOST -> ". Its session ended or the lock was freed by others, who may hold it now";
                            default -> ". It was given back before";
                        },
                null);
    }

    static LockConnectionTimeoutException noConnection(String what, Duration timeout, @Nullable Throwable cause) {
        return new LockConnectionTimeoutException(
                "HOLDFAST-0003: no connection to be had for " + what + " within " + seconds(timeout)
                        + ". Each held lock keeps one connection, and so does each key that is waited for: raise the"
                        + " pool's size, hold fewer locks at once or let them share sessions; or the database cannot be reached, which the pool's own"
                        + " log shows" + innermost(cause),
                cause);
    }

    static LockConnectionTimeoutException unansweredConnect(String what, Duration timeout) {
        return new LockConnectionTimeoutException(
                "HOLDFAST-0003: no connection available for " + what + " within " + seconds(timeout)
                        + ", although this locker uses none. The database does not answer a connect, or others have used up"
                        + " the pool: check the database, the network and the pool's own log",
                new UnansweredConnectException());
    }

    static LockUnavailableException unavailable(String what, Throwable cause) {
        return new LockUnavailableException(
                "HOLDFAST-0004: the database cannot be asked for " + what
                        + ". Check that the data source reaches PostgreSQL" + innermost(cause),
                cause);
    }

    static LockUnavailableException noAnswer(String what, Duration timeout) {
        return new LockUnavailableException(
                "HOLDFAST-0005: the database did not answer within " + seconds(timeout) + " for " + what
                        + ". Check the database and the network",
                null);
    }

    static LockDatabaseUnfitException standby(String what) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0006: the data source leads to a standby, which cannot hold " + what
                        + " for all: locks of a standby and of its primary do not exclude each other. Point it to the"
                        + " primary, for example with targetServerType=primary in the JDBC URL",
                null);
    }

    static LockDatabaseUnfitException notPostgres(String product) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0007: the data source leads to " + product + ", but the locks need PostgreSQL. Set"
                        + " holdfast.datasource to the JNDI name of a PostgreSQL data source",
                null);
    }

    static LockDatabaseUnfitException leaseUnknown(String lock, Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0008: this server cannot enforce the ttl of " + lock
                        + ": idle_session_timeout needs PostgreSQL 14 or newer. Use an advisory ttl",
                cause);
    }

    static LockUnavailableException lateGrant(String lock) {
        return new LockUnavailableException(
                "HOLDFAST-0009: " + lock + " was granted, but the server had freed it again before the answer arrived:"
                        + " the enforced ttl or the heartbeat had passed. Check the network, and use a longer ttl or heartbeat",
                null);
    }

    static IllegalStateException closed(String what) {
        return new IllegalStateException(
                "HOLDFAST-0010: " + what + " was refused because the locker is closed; the application is stopping");
    }

    static LockDeadlockException deadlock(String lock, Throwable cause) {
        return new LockDeadlockException(
                "HOLDFAST-0016: the wait for " + lock
                        + " was ended by PostgreSQL, since it was part of a"
                        + " deadlock. Release what is held and try again; take locks in one order everywhere",
                cause);
    }

    static LockLimitException tooManySessions(String what, int limit, Duration timeout) {
        return new LockLimitException(
                "HOLDFAST-0017: no session for " + what + ": all " + limit
                        + " that this locker may use stayed in use for " + seconds(timeout) + ". Hold"
                        + " fewer locks at once, raise the pool's size or holdfast.max-sessions, or let locks share sessions",
                null);
    }

    static LockLimitException tooManyLocks(String what, int limit) {
        return new LockLimitException(
                "HOLDFAST-0018: " + what + " was refused: this locker holds or waits for " + limit
                        + " locks already. Hold"
                        + " fewer locks at once or raise holdfast.max-locks; the server's lock table must not fill up",
                null);
    }

    static LockDatabaseUnfitException sharedSession(int pid, ServerPool pool) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0019: the data source gave out two connections that are one session of the server (process id "
                        + pid
                        + "), which would hold the same lock twice. Give the locks a data source of their own that"
                        + " hands out each connection once." + pool.settings(),
                null);
    }

    static LockDatabaseUnfitException noAutoCommit(@Nullable Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0020: a connection of the data source cannot be set to autocommit, so it is part of a"
                        + " transaction. Use a data source that is not managed by JTA",
                cause);
    }

    static LockDatabaseUnfitException transactionPooler(ServerPool pool, @Nullable Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0021: a pooler between here and PostgreSQL changes the session behind a connection after each"
                        + " transaction, so locks would not exclude each other. With PgBouncer set pool_mode = session for"
                        + " the locks' database, or connect to PostgreSQL directly." + pool.settings(),
                cause);
    }

    static LockPrivilegeException mayNotTerminate(int pid, Throwable cause) {
        return new LockPrivilegeException(
                "HOLDFAST-0022: the role of the data source may not end the session with process id " + pid
                        + ". Use the role of that session, or grant pg_signal_backend. After SET ROLE the role in force counts: it has to"
                        + " be a member of the login role, or of pg_signal_backend" + innermost(cause),
                cause);
    }

    static void abandoned(String lock) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0023: the handle of " + lock
                        + " was dropped without a release; the lock is released now."
                        + " Close every handle, best by try-with-resources");
    }

    static void suspected(String lock) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0024: it is not known whether " + lock + " is still held, since the database could"
                        + " not be asked for a while, or the machine was suspended. Check the database and the network");
    }

    static void notTerminated(int pid, Throwable cause) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0025: the session with process id " + pid + ", which was given up, could not be ended on the"
                        + " server; its lock comes free when the server notices. Let all connections of the data source"
                        + " use one role. After SET ROLE the role in force counts: it has to be a member of the login role, or of"
                        + " pg_signal_backend" + innermost(cause),
                cause);
    }

    static void onLostFailed(String lock, Throwable failure) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0026: an action for the loss of " + lock + " failed; the others run all the same. Mend the"
                        + " action",
                failure);
    }

    static void noHeartbeat() {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0027: this server is older than PostgreSQL 14, so it does not free the locks of a JVM that is"
                        + " frozen or cut off before it notices by itself, and enforced leases are refused. Use PostgreSQL"
                        + " 14 or newer");
    }

    static LockDatabaseUnfitException notInTransaction(String lock, Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0028: " + lock
                        + " of scope TRANSACTION was refused: the connection is in no transaction. Set"
                        + " holdfast.transaction-datasource to the data source of the application's own work, managed by JTA",
                cause);
    }

    static LockUnavailableException noConnectionOfTransaction(String lock, Throwable cause) {
        return new LockUnavailableException(
                "HOLDFAST-0117: no connection of the transaction is available for " + lock
                        + " of scope TRANSACTION."
                        + " Check that holdfast.transaction-datasource names the data source of the application's own work"
                        + innermost(cause),
                cause);
    }

    static LockConnectionTimeoutException transactionPoolExhausted(String lock, Throwable cause) {
        return new LockConnectionTimeoutException(
                "HOLDFAST-0043: the pool of the application's own work has no connection for " + lock
                        + " of scope TRANSACTION. Raise its size, or let a transaction use one connection only",
                cause);
    }

    static IllegalStateException transactionFailed(String lock, Throwable cause) {
        return new IllegalStateException(
                "HOLDFAST-0044: " + lock
                        + " of scope TRANSACTION was refused: an earlier statement of the transaction failed, so that it can only be"
                        + " rolled back",
                cause);
    }

    static LockDatabaseUnfitException otherDatabase() {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0029: the transaction works on another database than that of the locks, so locks of scope"
                        + " TRANSACTION and SESSION would not exclude each other. Let holdfast.datasource and"
                        + " holdfast.transaction-datasource lead to one database",
                null);
    }

    static IllegalStateException notRefreshable(String lock) {
        return new IllegalStateException("HOLDFAST-0030: " + lock
                + " of scope TRANSACTION has no ttl to refresh; it is held until its transaction ends");
    }

    static IllegalArgumentException noTransactions(String lock) {
        return new IllegalArgumentException("HOLDFAST-0031: " + lock
                + " is asked for in a transaction, which is not known here. Call acquire or tryAcquire of the locker that"
                + " the container injects, on the thread of the transaction");
    }

    static LockDatabaseUnfitException noExclusion(String observed, long lockId) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0045: locks do not exclude each other behind this data source: " + observed + " (lock id "
                        + lockId
                        + "). It is no PostgreSQL, or leads to several servers, or a pooler stands between. Let it"
                        + " lead to one PostgreSQL server, directly",
                null);
    }

    static LockPrivilegeException mayNotLook(Throwable cause) {
        return new LockPrivilegeException(
                "HOLDFAST-0046: the role of the data source lacks a right without which no loss of a lock is noticed. It must"
                        + " be able to read pg_catalog.pg_locks and pg_database, and to execute pg_stat_get_activity(integer) and"
                        + " pg_terminate_backend" + innermost(cause),
                cause);
    }

    static void pooler(int pid, int driverPid) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0047: the server says process id " + pid + ", but the driver received " + driverPid
                        + ": there is a pooler between. It must leave each connection its session until it is closed. With"
                        + " PgBouncer set pool_mode = session for the locks' database");
    }

    static LockDatabaseUnfitException repeatableRead(String lock) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0048: " + lock
                        + " of scope TRANSACTION was refused: under REPEATABLE READ the transaction would not"
                        + " see what the previous holder committed while it waited. Use READ COMMITTED, or SERIALIZABLE and retry"
                        + " after SQLSTATE 40001",
                null);
    }

    static LockDatabaseUnfitException twoClusters(String lock) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0049: " + lock + " was granted by another database server than the one that has locks of this"
                        + " locker, so the two do not exclude each other. Let the data source lead to one server",
                null);
    }

    static LockDatabaseUnfitException cannotWait(Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0053: a statement that waits for a lock is refused on this connection, as it is with"
                        + " prepareThreshold=-1 in the JDBC URL. Remove that setting" + innermost(cause),
                cause);
    }

    static LockException of(LockRequest request, String lock, SQLException e) {
        if (SqlStates.isDeadlock(e)) {
            return deadlock(lock, e);
        }
        if (request.lease() == Lease.ENFORCED && SqlStates.isUnknownSetting(e)) {
            return leaseUnknown(lock, e);
        }
        return unavailable(lock, e);
    }

    static void lost(String lock, Duration held, ServerPool pool, @Nullable Throwable cause) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0011: " + lock + " was lost after " + seconds(held)
                        + ": its session ended or the lock was"
                        + " freed by others, who may hold it now. Check the database's log for the end of the session."
                        + pool.settings(),
                cause);
    }

    static void sharedSessionLost(long locks, ServerPool pool) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0065: a session that " + locks
                        + " locks shared has ended, so all of them are lost. Each is also"
                        + " reported by HOLDFAST-0011. Check the database's log for the end of the session."
                        + pool.settings());
    }

    static void lapsed(String lock, Duration ttl) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0012: the ttl of " + lock + ", " + seconds(ttl)
                        + ", had passed without a refresh before its holder"
                        + " released it; the work may overlap with another holder's. Use a longer ttl or refresh in time");
    }

    static void releaseUnanswered(String lock, Duration timeout) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0013: the release of " + lock + " was not answered within " + seconds(timeout) + "; its"
                        + " session is ended, and the server frees the lock as soon as it notices. Check the database and"
                        + " the network");
    }

    static void listenerFailed(LockListener listener, Throwable failure) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0014: a lock listener failed; the lock is not affected. Mend " + nameOf(listener),
                failure);
    }

    /** The name of the class of a proxy says nothing, but its handler may know whose it is. */
    private static String nameOf(LockListener listener) {
        return Proxy.isProxyClass(listener.getClass())
                ? KeyText.of(Proxy.getInvocationHandler(listener).toString())
                : listener.getClass().getName();
    }

    static void closeTimedOut(int locks, Duration timeout) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0015: " + locks + " locks could not be released within the close time-out of "
                        + seconds(timeout) + "; their sessions are ended. Check the database and the network");
    }

    /** What happened in the end, as the driver or the server said it; a sentence with what stands before it. */
    private static String innermost(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        Throwable innermost = Causes.innermost(cause);
        String state = null;
        for (Throwable t = cause; t != null && t != innermost.getCause(); t = t.getCause()) {
            state = t instanceof SQLException e && e.getSQLState() != null ? e.getSQLState() : state;
        }
        String message = innermost.getMessage() == null ? innermost.getClass().getName() : innermost.getMessage();
        return ". Cause: " + Causes.shown(message) + (state == null ? "" : " (SQLState " + state + ")");
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }
}
