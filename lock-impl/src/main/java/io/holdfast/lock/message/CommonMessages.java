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

/** The messages that several packages have in common, in the order of the ids. */
public final class CommonMessages {

    private CommonMessages() {}

    public static LockNotHeldException notHeld(String lock, LockState state) {
        return new LockNotHeldException(
                "HOLDFAST-0002: " + lock + " is not held through this handle: " + state
                        + switch (state) {
                            case LAPSED -> ". Its ttl passed without a refresh; others may have held it meanwhile";
                            case LOST -> ". Its session ended or the lock was freed by others, who may hold it now";
                            default -> ". It was given back before";
                        },
                null);
    }

    public static LockConnectionTimeoutException noConnection(
            String what, Duration timeout, @Nullable Throwable cause) {
        return new LockConnectionTimeoutException(
                "HOLDFAST-0003: no connection to be had for " + what + " within " + Shown.seconds(timeout)
                        + ". Each held lock keeps one connection, and so does each key that is waited for: raise the"
                        + " pool's size, hold fewer locks at once or let them share sessions; or the database cannot be reached, which the pool's own"
                        + " log shows" + Causes.sentence(cause),
                cause);
    }

    public static LockUnavailableException unavailable(String what, Throwable cause) {
        return new LockUnavailableException(
                "HOLDFAST-0004: the database cannot be asked for " + what
                        + ". Check that the data source reaches PostgreSQL" + Causes.sentence(cause),
                cause);
    }

    public static LockUnavailableException noAnswer(String what, Duration timeout) {
        return new LockUnavailableException(
                "HOLDFAST-0005: the database did not answer within " + Shown.seconds(timeout) + " for " + what
                        + ". Check the database and the network",
                null);
    }

    public static LockDatabaseUnfitException standby(String what) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0006: the data source leads to a standby, which cannot hold " + what
                        + " for all: locks of a standby and of its primary do not exclude each other. Point it to the"
                        + " primary, for example with targetServerType=primary in the JDBC URL",
                null);
    }

    public static LockPrivilegeException mayNotLook(Throwable cause) {
        return new LockPrivilegeException(
                "HOLDFAST-0046: the role of the data source lacks a right without which no loss of a lock is noticed. It must"
                        + " be able to read pg_catalog.pg_locks and pg_database, and to execute pg_stat_get_activity(integer) and"
                        + " pg_terminate_backend" + Causes.sentence(cause),
                cause);
    }
}
