// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.session.PoolKind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Everything that users read of this package, in the order of the ids. An id is never used again for something else. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static LockNotAcquiredException notAcquired(String lock, String holder, Duration waited) {
        return new LockNotAcquiredException(
                "HOLDFAST-0001: " + lock + " is held by " + holder + "; gave up after " + Shown.seconds(waited)
                        + ". Wait longer, or look up the holder in pg_locks",
                null);
    }

    static LockNotAcquiredException heldByCaller(String lock, Duration waited) {
        return new LockNotAcquiredException(
                "HOLDFAST-0001: " + lock + " is held through a handle that this very thread acquired; gave up after "
                        + Shown.seconds(waited) + ". Locks are not reentrant: pass the handle on, or use Locker.asLock",
                null);
    }

    static void lost(String lock, Duration held, PoolKind pool, @Nullable Throwable cause) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0011: " + lock + " was lost after " + Shown.seconds(held)
                        + ": its session ended or the lock was"
                        + " freed by others, who may hold it now. Check the database's log for the end of the session."
                        + pool.hint(),
                cause);
    }

    static void lapsed(String lock, Duration ttl) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0012: the ttl of " + lock + ", " + Shown.seconds(ttl)
                        + ", had passed without a refresh before its holder"
                        + " released it; the work may overlap with another holder's. Use a longer ttl or refresh in time");
    }

    static void releaseUnanswered(String lock, Duration timeout) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0013: the release of " + lock + " was not answered within " + Shown.seconds(timeout) + "; its"
                        + " session is ended, and the server frees the lock as soon as it notices. Check the database and"
                        + " the network");
    }

    static void closeTimedOut(int locks, Duration timeout) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0015: " + locks + " locks could not be released within the close time-out of "
                        + Shown.seconds(timeout) + "; their sessions are ended. Check the database and the network");
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

    static LockDatabaseUnfitException twoClusters(String lock) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0049: " + lock + " was granted by another database server than the one that has locks of this"
                        + " locker, so the two do not exclude each other. Let the data source lead to one server",
                null);
    }

    static void sharedSessionLost(long locks, PoolKind pool) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0065: a session that " + locks
                        + " locks shared has ended, so all of them are lost. Each is also"
                        + " reported by HOLDFAST-0011. Check the database's log for the end of the session."
                        + pool.hint());
    }
}
