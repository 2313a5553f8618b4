// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.message;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The messages that several packages have in common, in the order of their ids. The rules of all catalogues: an id is
 * never used again for a different message. Text from elsewhere, such as a key or the cause of a failure, is an
 * argument of a template and never part of one. Numbers are formatted with {@code %s}, because {@code %d} depends on
 * the locale.
 */
public final class CommonMessages {

    private CommonMessages() {}

    public static LockNotHeldException notHeld(String lock, LockState state) {
        String reason = switch (state) {
            case LAPSED -> "Its ttl passed without a refresh; others may have held the lock since then";
            case LOST -> "Its session ended, or others released the lock on the server; others may hold it now";
            default -> "It was released before";
        };
        return new LockNotHeldException("""
                HOLDFAST-0002: %s is not held through this handle: %s. %s\
                """.formatted(lock, state, reason), null);
    }

    public static LockConnectionTimeoutException noConnection(
            String subject, Duration timeout, @Nullable Throwable cause) {
        return new LockConnectionTimeoutException(
                """
                HOLDFAST-0003: no connection available for %s within %s. Each held lock keeps one connection, and so \
                does each key that is waited for: enlarge the pool, hold fewer locks at once, or let locks share \
                sessions (holdfast.sessions=shared). If the database cannot be reached, the pool's own log shows it%s\
                """.formatted(subject, Shown.seconds(timeout), Causes.sentence(cause)), cause);
    }

    /**
     * No connection is available although this locker uses none.
     *
     * @param cause marks the exception for those that distinguish it from an exhausted pool
     */
    public static LockConnectionTimeoutException unansweredConnect(String subject, Duration timeout, Throwable cause) {
        return new LockConnectionTimeoutException("""
                HOLDFAST-0003: no connection available for %s within %s, although this locker uses none. The database \
                does not answer connection attempts, or others have used up the pool. Check the database, the network \
                and the pool's own log\
                """.formatted(subject, Shown.seconds(timeout)), cause);
    }

    public static LockUnavailableException unavailable(String subject, @Nullable Throwable cause) {
        return new LockUnavailableException("""
                HOLDFAST-0004: the request to the database for %s failed. Check that the data source reaches \
                PostgreSQL%s\
                """.formatted(subject, Causes.sentence(cause)), cause);
    }

    public static LockUnavailableException noAnswer(String subject, Duration timeout) {
        return new LockUnavailableException("""
                HOLDFAST-0005: the database did not answer the request for %s within %s. Check the database and the \
                network\
                """.formatted(subject, Shown.seconds(timeout)), null);
    }

    public static LockDatabaseUnfitException standby(String subject) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0006: the data source leads to a standby. Locks of a standby and of its primary do not \
                exclude each other, so %s cannot be held there. Point the data source to the primary, for example with \
                targetServerType=primary in the JDBC URL\
                """.formatted(subject), null);
    }

    public static LockPrivilegeException mayNotLook(Throwable cause) {
        return new LockPrivilegeException("""
                HOLDFAST-0046: the role of the data source lacks a right without which the loss of a lock would not be \
                noticed. It must be able to read pg_catalog.pg_locks and pg_database, and to execute \
                pg_stat_get_activity(integer) and pg_terminate_backend%s\
                """.formatted(Causes.sentence(cause)), cause);
    }
}
