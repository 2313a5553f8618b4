// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * What keeps a lock on the server. Locks of both scopes exclude each other.
 *
 * @since 0.1.0
 */
public enum LockScope {
    /**
     * A session that is in no transaction keeps the lock until its handle is released.
     *
     * @see <a href="https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL manual,
     *     "Advisory Locks"</a>
     */
    SESSION,

    /**
     * The JTA transaction of the caller keeps the lock, on the application's own connection, until the transaction has
     * committed or rolled back. The lock cannot be released earlier. It costs no additional connection, and works
     * behind a pooler in transaction mode. It requires an active transaction and the locker that the container injects.
     * It has neither a ttl nor a fencing token, and is not checked in the background: if its session ends, the
     * transaction fails.
     *
     * <p>Under REPEATABLE READ such a request is refused with {@link LockDatabaseUnfitException}, because the
     * transaction would not see what the previous holder committed during the wait. Under SERIALIZABLE, PostgreSQL
     * itself refuses the commit of a transaction with stale data (SQLSTATE 40001); retry the transaction in that case.
     *
     * <p><b>Not guaranteed:</b> that the handle notices a rollback to a savepoint. If the application rolls back to its
     * own savepoint that is older than the lock, the server frees the lock, although the handle is still
     * {@link LockState#HELD}.
     *
     * @see <a href="https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL manual,
     *     "Advisory Locks"</a>, on transaction-level locks
     */
    TRANSACTION
}
