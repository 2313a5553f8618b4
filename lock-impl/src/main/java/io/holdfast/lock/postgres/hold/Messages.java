// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.connection.PoolKind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static LockNotAcquiredException heldElsewhere(String lock, Duration waited) {
        return heldBy("somebody else", lock, waited);
    }

    static LockNotAcquiredException heldInThisJvm(String lock, Duration waited) {
        return heldBy("somebody else in this JVM", lock, waited);
    }

    private static LockNotAcquiredException heldBy(String holder, String lock, Duration waited) {
        return new LockNotAcquiredException("""
                HOLDFAST-0001: %s is held by %s; gave up after %s. Wait longer, or look up the holder in pg_locks\
                """.formatted(lock, holder, Shown.seconds(waited)), null);
    }

    static LockNotAcquiredException heldByCaller(String lock, Duration waited) {
        return new LockNotAcquiredException("""
                HOLDFAST-0001: %s is held through a handle that this very thread acquired; gave up after %s. Locks are \
                not reentrant: pass the handle on, or use Locker.asLock\
                """.formatted(lock, Shown.seconds(waited)), null);
    }

    static void lost(String lock, Duration held, PoolKind pool, @Nullable Throwable cause) {
        LOG.log(Level.WARNING, pool.withHint("""
                HOLDFAST-0011: %s was lost after %s, because its session ended or others released it on the server. \
                Others may hold it now. Check the database's log for the end of the session.\
                """.formatted(lock, Shown.seconds(held))), cause);
    }

    static void lapsed(String lock, Duration ttl) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0012: the ttl of %s, %s, passed without a refresh before its holder released it, so its work \
                may overlap with that of another holder. Use a longer ttl, or refresh the lock in time\
                """.formatted(lock, Shown.seconds(ttl)));
    }

    static void releaseUnanswered(String lock, Duration timeout) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0013: the database did not answer the release of %s within %s. The session of the lock is \
                aborted, and the server frees the lock as soon as it notices. Check the database and the network\
                """.formatted(lock, Shown.seconds(timeout)));
    }

    static void closeTimedOut(int locks, Duration timeout) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0015: %s locks could not be released within the close timeout of %s, so their sessions are \
                aborted. Check the database and the network\
                """.formatted(locks, Shown.seconds(timeout)));
    }

    static void abandoned(String lock) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0023: the handle of %s was dropped without a release, so the lock is released now. Close \
                every handle, preferably with try-with-resources\
                """.formatted(lock));
    }

    static void suspected(String lock) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0024: it is not known whether %s is still held, because the database could not be asked for a \
                while, or the machine was suspended. Check the database and the network\
                """.formatted(lock));
    }

    static void onLostFailed(String lock, Throwable failure) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0026: an action for the loss of %s failed; the other actions run nevertheless. Fix the action\
                """.formatted(lock), failure);
    }

    static void noHeartbeat() {
        LOG.log(Level.WARNING, """
                HOLDFAST-0027: this server is older than PostgreSQL 14. It keeps the locks of a JVM that is frozen or \
                cut off until it notices by itself, and it rejects enforced leases. Use PostgreSQL 14 or newer\
                """);
    }

    static void mayNotCheck(SQLException refusal) {
        LOG.log(Level.WARNING, CommonMessages.mayNotLook(refusal).getMessage());
    }

    static LockDatabaseUnfitException twoClusters(String lock) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0049: %s was granted by a different database server than the other locks of this locker, so \
                they do not exclude each other. Let the data source lead to one server\
                """.formatted(lock), null);
    }

    static void sharedSessionLost(long locks, PoolKind pool) {
        LOG.log(Level.WARNING, pool.withHint("""
                HOLDFAST-0065: a session that was shared by %s locks has ended, so all of them are lost. Each is also \
                reported by HOLDFAST-0011. Check the database's log for the end of the session.\
                """.formatted(locks)));
    }

    static void unprovenReleases(String lock, int holders) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0094: %s was lost, and since the server had last proven it, %s holders in this JVM have \
                released it without asking the server. The end of their work may overlap with that of another holder. \
                Set holdfast.hand-over to a shorter time, or to 0 so that every release asks the server\
                """.formatted(lock, holders));
    }
}
