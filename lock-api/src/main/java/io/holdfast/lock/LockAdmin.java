// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.util.List;
import java.util.Optional;

/**
 * Shows who holds the locks of a namespace, in any JVM, and terminates a holder by force. Thread-safe. In a Jakarta EE
 * application, inject it, for a domain with {@link LockDomain}:
 *
 * <pre>{@code
 * @Inject
 * LockAdmin admin;
 *
 * void terminateHolders(String key) throws InterruptedException {
 *     Optional<LockInfo> lock = admin.lock(key);
 *     if (lock.isPresent()) {
 *         for (LockInfo.Session holder : lock.get().holders()) {
 *             admin.terminate(lock.get(), holder);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>A program without a container gets it from its {@code StandaloneLocker}.
 *
 * <p>This is a tool for operators: an application that reads {@code pg_locks} in a tight loop slows the server down.
 *
 * <p>Every method blocks until a connection is available and the server has answered once. It throws
 * {@link LockConnectionTimeoutException} if no connection was available within the connection timeout,
 * {@link LockUnavailableException} if the database cannot be reached or did not answer, {@link InterruptedException} if
 * the thread is interrupted, and {@link IllegalStateException} if the locker is closed.
 *
 * @since 0.1.0
 */
public interface LockAdmin {

    /**
     * Returns the locks of this namespace: those that this locker holds, and those whose holders publish the namespace
     * in their application name, as all lockers of this library do. A lock that another program holds is shown only by
     * {@link #lock(String)}.
     *
     * @return the locks in the order of their ids; empty if there is none
     * @throws InterruptedException if the thread is interrupted
     */
    List<LockInfo> locks() throws InterruptedException;

    /**
     * Returns the lock of the key, whichever program holds it.
     *
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8
     * @return the lock; empty if nobody holds it or waits for it
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<LockInfo> lock(String key) throws InterruptedException;

    /**
     * Terminates a session on the server that holds the lock or waits for it. The server then frees every lock of that
     * session, and its holders are notified that their locks are lost. This method does nothing if the session has
     * ended, even if its process id belongs to a different session now. Neither does it terminate a session that no
     * longer holds the lock or waits for it, because the connection may be doing other work.
     *
     * @param lock the lock, as returned by {@link #locks()} or {@link #lock}
     * @param session one of its holders or waiters
     * @return whether there was such a session, which has been terminated
     * @throws LockPrivilegeException if the role of the data source may not terminate the session: it must be the role
     *     of that session, or a member of {@code pg_signal_backend}
     * @throws InterruptedException if the thread is interrupted
     * @see <a href="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL">PostgreSQL
     *     manual, "Server Signaling Functions"</a>
     */
    boolean terminate(LockInfo lock, LockInfo.Session session) throws InterruptedException;
}
