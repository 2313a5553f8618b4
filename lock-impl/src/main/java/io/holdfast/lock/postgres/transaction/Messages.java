// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.message.Causes;
import java.lang.System.Logger;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    /** The subject of messages about the question which database has the locks. */
    static final String LOCK_DATABASE = "the database of the locks";

    private Messages() {}

    static LockDatabaseUnfitException notInTransaction(String lock, Throwable cause) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0028: %s of scope TRANSACTION cannot be acquired, because its connection is in no \
                transaction. Set holdfast.transaction-datasource to the data source that the application works with \
                and JTA manages\
                """.formatted(lock), cause);
    }

    static LockDatabaseUnfitException otherDatabase() {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0029: the transaction works on a different database than the locks, so locks of scope \
                TRANSACTION and of scope SESSION would not exclude each other. Let holdfast.datasource and \
                holdfast.transaction-datasource lead to the same database\
                """, null);
    }

    static IllegalStateException notRefreshable(String lock) {
        return new IllegalStateException("""
                HOLDFAST-0030: %s of scope TRANSACTION has no ttl to refresh; it is held until its transaction ends\
                """.formatted(lock));
    }

    static LockConnectionTimeoutException transactionPoolExhausted(String lock, Throwable cause) {
        return new LockConnectionTimeoutException("""
                HOLDFAST-0043: the pool that the application works with has no connection available for %s of scope \
                TRANSACTION. Enlarge the pool, or let each transaction use only one connection\
                """.formatted(lock), cause);
    }

    static IllegalStateException transactionFailed(String lock, Throwable cause) {
        return new IllegalStateException("""
                HOLDFAST-0044: %s of scope TRANSACTION cannot be acquired, because an earlier statement of the \
                transaction failed. Roll the transaction back\
                """.formatted(lock), cause);
    }

    static LockDatabaseUnfitException repeatableRead(String lock) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0048: %s of scope TRANSACTION cannot be acquired under REPEATABLE READ: the transaction would \
                not see what the previous holder committed while it waited. Use READ COMMITTED, or use SERIALIZABLE \
                and retry after SQLSTATE 40001\
                """.formatted(lock), null);
    }

    static LockUnavailableException noConnectionOfTransaction(String lock, Throwable cause) {
        return new LockUnavailableException("""
                HOLDFAST-0117: no connection of the transaction is available for %s of scope TRANSACTION. Check that \
                holdfast.transaction-datasource names the data source that the application works with%s\
                """.formatted(lock, Causes.sentence(cause)), cause);
    }
}
