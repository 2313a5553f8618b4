// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.message.Causes;
import java.lang.System.Logger;

/** Everything that users read of this package, in the order of the ids. An id is never used again for something else. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static LockDatabaseUnfitException notInTransaction(String lock, Throwable cause) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0028: " + lock
                        + " of scope TRANSACTION was refused: the connection is in no transaction. Set"
                        + " holdfast.transaction-datasource to the data source of the application's own work, managed by JTA",
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

    static LockDatabaseUnfitException repeatableRead(String lock) {
        return new LockDatabaseUnfitException(
                "HOLDFAST-0048: " + lock
                        + " of scope TRANSACTION was refused: under REPEATABLE READ the transaction would not"
                        + " see what the previous holder committed while it waited. Use READ COMMITTED, or SERIALIZABLE and retry"
                        + " after SQLSTATE 40001",
                null);
    }

    static LockUnavailableException noConnectionOfTransaction(String lock, Throwable cause) {
        return new LockUnavailableException(
                "HOLDFAST-0117: no connection of the transaction is available for " + lock
                        + " of scope TRANSACTION."
                        + " Check that holdfast.transaction-datasource names the data source of the application's own work"
                        + Causes.sentence(cause),
                cause);
    }
}
