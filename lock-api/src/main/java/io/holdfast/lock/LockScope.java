// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/** What keeps a lock on the server. Locks of both scopes exclude each other. */
public enum LockScope {
    /**
     * A session of the lock's own, in no transaction: the lock is held until its handle is released.
     *
     * @see <a href="https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL manual, "Advisory
     *     Locks"</a>
     */
    SESSION,

    /**
     * The caller's JTA transaction, on the application's own connection: the lock is held until the transaction has committed
     * or rolled back, and cannot be given back before. It costs no further connection, and is good behind a pooler that gives
     * sessions out by the transaction. It needs an active transaction and the locker that the container injects; it has
     * neither a ttl nor a fencing token, and is not watched: where its session ends, the transaction fails.
     *
     * <p>Refused with {@link LockDatabaseUnfitException} under REPEATABLE READ, where the transaction would not see what the
     * previous holder committed while it waited. Under SERIALIZABLE PostgreSQL refuses the stale commit itself (SQLSTATE 40001):
     * retry the transaction then.
     *
     * <p>Not guaranteed: if the application rolls back to a savepoint of its own that is older than the lock, the server frees
     * it, though its handle still says held.
     *
     * @see <a href="https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL manual, "Advisory
     *     Locks"</a>, on transaction-level locks
     */
    TRANSACTION
}
