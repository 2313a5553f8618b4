// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockDeadlockException;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.message.Causes;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.UnansweredConnectException;
import io.holdfast.lock.postgres.connection.PoolKind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    // The observations of a proof that failed, which HOLDFAST-0045 reports.
    static final String FREE_LOCK_NOT_GRANTED = "a free lock was not granted";
    static final String GRANTED_TO_ANOTHER = "a lock that one session held was granted to another";
    static final String GRANTED_AFTER_WAIT = "a session that waited was granted a lock that another held";
    static final String NOT_IN_PG_LOCKS = "a lock that a session held did not show in pg_locks";
    static final String NOT_RELEASED = "a lock that a session held could not be released";
    static final String NOT_GRANTED_AFTER_RELEASE = "a lock was not granted after its release";
    static final String FREE_LOCK_NOT_GRANTED_IN_TRANSACTION = "a free lock was not granted to a transaction";
    static final String GRANTED_DURING_TRANSACTION = "a lock that a transaction held was granted to another session";
    static final String NOT_GRANTED_AFTER_TRANSACTION = "a lock was not granted after the end of its transaction";

    private Messages() {}

    static LockConnectionTimeoutException unansweredConnect(String subject, Duration timeout) {
        return CommonMessages.unansweredConnect(subject, timeout, new UnansweredConnectException());
    }

    static LockDatabaseUnfitException leaseUnknown(String lock, Throwable cause) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0008: this server cannot enforce the ttl of %s, because idle_session_timeout needs \
                PostgreSQL 14 or newer. Use an advisory ttl\
                """.formatted(lock), cause);
    }

    static LockDeadlockException deadlock(String lock, Throwable cause) {
        return new LockDeadlockException("""
                HOLDFAST-0016: PostgreSQL ended the wait for %s, because it was part of a deadlock. Release the locks \
                that are held and try again; acquire locks in the same order everywhere\
                """.formatted(lock), cause);
    }

    static LockLimitException tooManySessions(String subject, int limit, Duration timeout) {
        return new LockLimitException("""
                HOLDFAST-0017: no session available for %s: all %s sessions that this locker may use stayed in use for \
                %s. Hold fewer locks at once, enlarge the pool, raise holdfast.max-sessions, or let locks share \
                sessions (holdfast.sessions=shared)\
                """.formatted(subject, limit, Shown.seconds(timeout)), null);
    }

    static LockDatabaseUnfitException duplicateSession(int pid, PoolKind pool) {
        return new LockDatabaseUnfitException(pool.withHint("""
                HOLDFAST-0019: two connections of the data source are the same session of the server (process id %s), \
                which would hold the same lock twice. Give the locks their own data source, and let it give each \
                connection to one user at a time.\
                """.formatted(pid)), null);
    }

    static LockDatabaseUnfitException transactionPooler(PoolKind pool, @Nullable Throwable cause) {
        return new LockDatabaseUnfitException(pool.withHint("""
                HOLDFAST-0021: a pooler in front of PostgreSQL changes the session behind a connection after each \
                transaction, so locks would not exclude each other. With PgBouncer, set pool_mode = session for the \
                database of the locks, or connect to PostgreSQL directly.\
                """), cause);
    }

    static void notTerminated(int pid, Throwable cause) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0025: the session with process id %s was given up, but could not be ended on the server. Its \
                lock is free when the server notices by itself. Let all connections of the data source use one role. \
                After SET ROLE the current role counts: it must be a member of the login role, or of \
                pg_signal_backend%s\
                """.formatted(pid, Causes.sentence(cause)), cause);
    }

    static LockDatabaseUnfitException noExclusion(String observed, long lockId) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0045: locks do not exclude each other behind this data source: %s (lock id %s). It does not \
                lead to PostgreSQL, or it leads to several servers, or there is a pooler in between. Let it lead to \
                one PostgreSQL server directly\
                """.formatted(observed, lockId), null);
    }

    static void pooler(int pid, int driverPid) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0047: the server reports process id %s, but the driver received %s, so there is a pooler in \
                between. It must leave each connection its session until the connection is closed. With PgBouncer, set \
                pool_mode = session for the database of the locks\
                """.formatted(pid, driverPid));
    }

    static LockDatabaseUnfitException cannotWait(Throwable cause) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0053: a statement that waits for a lock fails on this connection, as it does with \
                prepareThreshold=-1 in the JDBC URL. Remove that setting%s\
                """.formatted(Causes.sentence(cause)), cause);
    }
}
