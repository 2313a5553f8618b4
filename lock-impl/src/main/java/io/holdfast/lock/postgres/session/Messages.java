// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockDeadlockException;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.message.Causes;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.UnansweredConnectException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Everything that users read of this package, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    /** Why a proof failed. */
    static final String NOT_IN_PG_LOCKS = "a lock that a session held did not show in pg_locks";

    private Messages() {}

    static LockConnectionTimeoutException unansweredConnect(String what, Duration timeout) {
        return new LockConnectionTimeoutException(
                "HOLDFAST-0003: no connection available for " + what + " within " + Shown.seconds(timeout)
                        + ", although this locker uses none. The database does not answer a connect, or others have used up"
                        + " the pool: check the database, the network and the pool's own log",
                new UnansweredConnectException());
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
                        + " that this locker may use stayed in use for " + Shown.seconds(timeout) + ". Hold"
                        + " fewer locks at once, raise the pool's size or holdfast.max-sessions, or let locks share sessions",
                null);
    }

    static LockDatabaseUnfitException duplicateSession(int pid, PoolKind pool) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0019: the data source gave out two connections that are one session of the server (process id "
                        + pid
                        + "), which would hold the same lock twice. Give the locks a data source of their own that"
                        + " hands out each connection once." + pool.hint(),
                null);
    }

    static LockDatabaseUnfitException noAutoCommit(@Nullable Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0020: a connection of the data source cannot be set to autocommit, so it is part of a"
                        + " transaction. Use a data source that is not managed by JTA",
                cause);
    }

    static LockDatabaseUnfitException transactionPooler(PoolKind pool, @Nullable Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0021: a pooler between here and PostgreSQL changes the session behind a connection after each"
                        + " transaction, so locks would not exclude each other. With PgBouncer set pool_mode = session for"
                        + " the locks' database, or connect to PostgreSQL directly." + pool.hint(),
                cause);
    }

    static void notTerminated(int pid, Throwable cause) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0025: the session with process id " + pid + ", which was given up, could not be ended on the"
                        + " server; its lock comes free when the server notices. Let all connections of the data source"
                        + " use one role. After SET ROLE the role in force counts: it has to be a member of the login role, or of"
                        + " pg_signal_backend" + Causes.sentence(cause),
                cause);
    }

    static LockDatabaseUnfitException noExclusion(String observed, long lockId) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0045: locks do not exclude each other behind this data source: " + observed + " (lock id "
                        + lockId
                        + "). It is no PostgreSQL, or leads to several servers, or a pooler stands between. Let it"
                        + " lead to one PostgreSQL server, directly",
                null);
    }

    static void pooler(int pid, int driverPid) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0047: the server says process id " + pid + ", but the driver received " + driverPid
                        + ": there is a pooler between. It must leave each connection its session until it is closed. With"
                        + " PgBouncer set pool_mode = session for the locks' database");
    }

    static LockDatabaseUnfitException cannotWait(Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0053: a statement that waits for a lock is refused on this connection, as it is with"
                        + " prepareThreshold=-1 in the JDBC URL. Remove that setting" + Causes.sentence(cause),
                cause);
    }
}
