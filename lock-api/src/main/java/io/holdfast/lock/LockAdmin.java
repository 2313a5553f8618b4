// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.util.List;
import java.util.Optional;

/**
 * Shows who holds the locks of a namespace, in whatever JVM, and ends a holder by force. In a Jakarta EE application inject it:
 * {@code @Inject LockAdmin admin}, with a {@link LockDomain} for that of a domain. For operators: reading
 * {@code pg_locks} in a tight loop slows the server down.
 *
 * <p>Every method blocks for a connection and a round trip, and throws
 * {@link LockConnectionTimeoutException} if the pool had no connection within the connection time-out,
 * {@link LockUnavailableException} if the database cannot be reached, {@link InterruptedException} if the thread is
 * interrupted meanwhile, and {@link IllegalStateException} if the locker is closed. Thread-safe.
 */
public interface LockAdmin {

    /**
     * The locks of this namespace: those that this locker holds, and those whose holders publish the namespace in
     * their application name, as all lockers of this library do. A lock that another program holds shows in
     * {@link #lock(String)} only.
     *
     * @return the locks, in the order of their ids; empty if there is none
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    List<LockInfo> locks() throws InterruptedException;

    /**
     * The lock of this key, whoever holds it.
     *
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @return the lock; empty if nobody holds it or waits for it
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    Optional<LockInfo> lock(String key) throws InterruptedException;

    /**
     * Ends a session on the server that holds this lock or waits for it, which frees every lock of that session; its holder is
     * told that they are lost. Does nothing if the session has ended already, also if its process id was given to another since,
     * or if it neither holds the lock nor waits for it any more: its connection may do other work by now.
     *
     * @param lock the lock, as {@link #locks()} or {@link #lock} showed it
     * @param session one of its holders or waiters
     * @return whether there was such a session, which is ended now
     * @throws LockPrivilegeException if the role of the data source may not end it: it must be the same role, or a member of
     *     {@code pg_signal_backend}
     * @throws InterruptedException if the thread is interrupted meanwhile
     * @see <a href="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL">PostgreSQL manual,
     *     "Server Signaling Functions"</a>
     */
    boolean terminate(LockInfo lock, LockInfo.Session session) throws InterruptedException;
}
