// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Acquires locks. In a Jakarta EE application inject it: {@code @Inject Locker locker}. Thread-safe.
 *
 * <p>Locks are known to PostgreSQL by a 64-bit number made of the locker's namespace and the key: see
 * {@link #lockId(String)}. Lockers on the same database with the same namespace exclude each other, in whatever JVM and
 * deployment. Each held lock keeps one connection, unless sessions are shared; it is in no JTA transaction.
 *
 * <p>Outcomes of acquiring are types:
 *
 * <table>
 *   <caption>Outcomes of acquiring</caption>
 *   <tr><th>outcome</th><th>{@code acquire}</th><th>{@code tryAcquire}</th></tr>
 *   <tr><td>granted</td><td>a handle</td><td>a handle</td></tr>
 *   <tr><td>somebody else holds it</td><td>{@link LockNotAcquiredException} after the wait</td><td>empty</td></tr>
 *   <tr><td>the server found a deadlock</td><td>{@link LockDeadlockException}</td><td>does not happen</td></tr>
 *   <tr><td>this locker's limit of sessions or locks is reached</td><td colspan="2">{@link LockLimitException}</td></tr>
 *   <tr><td>no connection to be had</td><td colspan="2">{@link LockConnectionTimeoutException}</td></tr>
 *   <tr><td>database out of reach</td><td colspan="2">{@link LockUnavailableException}</td></tr>
 *   <tr><td>database or data source unfit</td><td colspan="2">{@link LockDatabaseUnfitException}</td></tr>
 *   <tr><td>interrupted</td><td colspan="2">{@link InterruptedException}; nothing is left behind</td></tr>
 *   <tr><td>locker closed</td><td colspan="2">{@link IllegalStateException}</td></tr>
 * </table>
 *
 * <p>A request of {@link LockScope#TRANSACTION}, or one that is to be
 * {@linkplain LockRequest#releaseAfterTransaction(boolean) released after the transaction}, needs the locker that the container
 * injects; of others, {@link IllegalArgumentException}. The former must be made by a thread with an active JTA transaction, else
 * {@link IllegalStateException}; it is served on that thread and that transaction's connection, and does not pass the circuit
 * breaker.
 *
 * <p>Waiting is first come, first served among the threads of one locker, and among the lockers that wait at the server;
 * not between the two. A waiting {@code acquire} does not poll. Besides the wait for the lock, both forms wait for a session
 * and for the server's answer, each as long as the configured connection timeout (5 s by default). For want of a session they
 * fail when the smaller of the request's wait and the connection timeout has passed, but not within 250 ms; {@code tryAcquire},
 * when the connection timeout has passed. Until then they try new connections, also while the server restarts; a wait whose
 * session ends continues on another, at the end of the queue. Before its first lock the locker proves on two sessions that
 * the server keeps locks apart; that takes some 55 round trips, which do not count against these times.
 *
 * <p><b>Not guaranteed:</b> exclusion against work that goes on after its lock was lost, and against roles of the same
 * database that take advisory locks of the same number on purpose. Nor that a deadlock is found: of two holders that wait
 * for each other's key, one gives up at the end of its wait. Acquire keys in one order everywhere.
 */
public interface Locker extends AutoCloseable {

    /**
     * Acquires the lock, waiting for it as long as the configuration allows: for the locker that a container injects,
     * {@code holdfast.lock.<name>.wait-at-most} or else {@code holdfast.wait-at-most}; 60 s by default. Blocks.
     *
     * @param request what to lock
     * @return the handle of the granted lock
     * @throws LockNotAcquiredException if somebody else held the lock for the whole wait
     * @throws LockException as {@link #acquire(LockRequest, Duration)} does
     * @throws InterruptedException if the thread is interrupted while waiting
     * @throws IllegalStateException if this locker is closed
     */
    LockHandle acquire(LockRequest request) throws InterruptedException;

    /**
     * Acquires the lock, waiting for it as long as given, which overrides the configuration. Blocks.
     *
     * @param request what to lock
     * @param waitAtMost how long to wait: {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @return the handle of the granted lock
     * @throws IllegalArgumentException if the wait is negative
     * @throws LockNotAcquiredException if somebody else held the lock for the whole wait
     * @throws LockConnectionTimeoutException if there was no connection in the time said above
     * @throws LockLimitException if the locker's limit of sessions or locks left no room in that time
     * @throws LockDatabaseUnfitException if the database answers, but cannot hold the lock
     * @throws LockPrivilegeException if the role of the data source lacks a right that the locker needs
     * @throws LockUnavailableException if the database cannot be reached, did not answer, or refused
     * @throws InterruptedException if the thread is interrupted while waiting
     * @throws IllegalStateException if this locker is closed
     */
    LockHandle acquire(LockRequest request, Duration waitAtMost) throws InterruptedException;

    /**
     * Acquires the lock of this key, exclusively and without a ttl, as {@link #acquire(LockRequest)} does.
     *
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @return the handle of the granted lock
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     * @throws LockException as {@link #acquire(LockRequest)} does
     * @throws InterruptedException if the thread is interrupted while waiting
     * @throws IllegalStateException if this locker is closed
     */
    default LockHandle acquire(String key) throws InterruptedException {
        return acquire(LockRequest.of(key));
    }

    /**
     * Acquires the lock of this key, exclusively and with this ttl, as {@link #acquire(LockRequest)} does. The duration limits
     * how long the lock counts as held, not the wait: to limit that, use {@link #acquire(LockRequest, Duration)}.
     *
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @param ttl how long the handle counts as held without a refresh, with an {@link Lease#ADVISORY} lease: at least 1 ms,
     *     {@link LockRequest#UNLIMITED} for no limit
     * @return the handle of the granted lock
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate, or if the ttl is below 1 ms
     * @throws LockException as {@link #acquire(LockRequest)} does
     * @throws InterruptedException if the thread is interrupted while waiting
     * @throws IllegalStateException if this locker is closed
     */
    default LockHandle acquire(String key, Duration ttl) throws InterruptedException {
        return acquire(LockRequest.of(key).ttl(ttl));
    }

    /**
     * Acquires the lock if nobody holds it, and nobody is seen to wait for it. Does not wait for the lock, but blocks for a
     * connection of the pool and one round trip.
     *
     * <p>Seen are the waiters of this locker, and those of other lockers that wait at the server. <b>Not guaranteed:</b> that a
     * try stands back for all others. An acquire that stands behind holders or waiters of its own locker waits in that JVM, where
     * the server does not see it. So a try in {@link LockMode#SHARED} mode may be granted although an {@link LockMode#EXCLUSIVE}
     * acquire of another locker is waiting, which stands behind a shared holder of its own.
     *
     * @param request what to lock
     * @return the handle, or empty if somebody else holds the lock or is seen to wait for it
     * @throws LockConnectionTimeoutException if there was no connection in the time said above
     * @throws LockLimitException if the locker's limit of sessions or locks left no room in that time
     * @throws LockDatabaseUnfitException if the database answers, but cannot hold the lock
     * @throws LockPrivilegeException if the role of the data source lacks a right that the locker needs
     * @throws LockUnavailableException if the database cannot be reached, did not answer, or refused
     * @throws InterruptedException if the thread is interrupted meanwhile
     * @throws IllegalStateException if this locker is closed
     */
    Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException;

    /**
     * Acquires the lock of this key, exclusively and without a ttl, as {@link #tryAcquire(LockRequest)} does.
     *
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @return the handle, or empty if somebody else holds the lock or is seen to wait for it
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     * @throws LockException as {@link #tryAcquire(LockRequest)} does
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if this locker is closed
     */
    default Optional<LockHandle> tryAcquire(String key) throws InterruptedException {
        return tryAcquire(LockRequest.of(key));
    }

    /**
     * Acquires the lock without blocking this thread: like {@link #acquire(LockRequest)}, but returns a future. It completes
     * on one of the locker's own threads, which has neither a transaction nor {@code java:comp}; use the {@code ...Async}
     * methods to continue elsewhere. Canceling the future, or completing it otherwise, abandons the wait and leaves no lock
     * behind. A caller that drops the future without looking at it has to release the lock all the same.
     *
     * @param request what to lock; not bound to a transaction, which belongs to the calling thread
     * @return completes with the handle, or fails as {@link #acquire(LockRequest)} does
     * @throws IllegalArgumentException if the request is of {@link LockScope#TRANSACTION} or is to be released after the
     *     transaction
     * @throws IllegalStateException if this locker is closed
     */
    CompletableFuture<LockHandle> acquireAsync(LockRequest request);

    /**
     * Like {@link #acquireAsync(LockRequest)}, with a limit of the wait that overrides the configuration.
     *
     * @param request what to lock; not bound to a transaction, which belongs to the calling thread
     * @param waitAtMost how long to wait: {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @return completes with the handle, or fails as {@link #acquire(LockRequest, Duration)} does
     * @throws IllegalArgumentException if the request is of {@link LockScope#TRANSACTION} or is to be released after the
     *     transaction, or if the wait is negative
     * @throws IllegalStateException if this locker is closed
     */
    CompletableFuture<LockHandle> acquireAsync(LockRequest request, Duration waitAtMost);

    /**
     * Acquires several locks as {@link #acquireAll(Collection, Duration)} does, waiting for all of them together as long as
     * {@link #acquire(LockRequest)} would wait for the first in the order given.
     *
     * @param requests what to lock, each key once
     * @return the handles
     * @throws IllegalArgumentException if two requests are for the same lock
     * @throws LockException as {@link #acquire(LockRequest)} does; no lock is held then
     * @throws InterruptedException if the thread is interrupted while waiting; no lock is held then
     * @throws IllegalStateException if this locker is closed
     */
    LockHandles acquireAll(Collection<LockRequest> requests) throws InterruptedException;

    /**
     * Acquires several locks, all or none, waiting for all of them together as long as given. They are taken in the order of
     * their lock ids, whatever the order of the requests, so that callers of this method do not wait for each other in a
     * circle; each costs a round trip, and a connection unless sessions are shared. Blocks. If not all are granted, those of
     * {@link LockScope#TRANSACTION} that were stay until the transaction ends.
     *
     * @param requests what to lock, each key once
     * @param waitAtMost how long to wait for all together: {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @return the handles
     * @throws IllegalArgumentException if two requests are for the same lock, or the wait is negative
     * @throws LockException as {@link #acquire(LockRequest)} does; no lock is held then
     * @throws InterruptedException if the thread is interrupted while waiting; no lock is held then
     * @throws IllegalStateException if this locker is closed
     */
    default LockHandles acquireAll(Collection<LockRequest> requests, Duration waitAtMost) throws InterruptedException {
        Wait wait = Wait.begin(waitAtMost);
        return LockHandles.acquire(this, requests, request -> Optional.of(acquire(request, wait.left())))
                .orElseThrow();
    }

    /**
     * Acquires several locks, all or none, each as {@link #tryAcquire(LockRequest)} does; see
     * {@link #acquireAll(Collection, Duration)}.
     *
     * @param requests what to lock, each key once
     * @return the handles; empty if somebody else holds one of the locks or is seen to wait for it
     * @throws IllegalArgumentException if two requests are for the same lock
     * @throws LockException as {@link #tryAcquire(LockRequest)} does; no lock is held then
     * @throws InterruptedException if the thread is interrupted meanwhile; no lock is held then
     * @throws IllegalStateException if this locker is closed
     */
    default Optional<LockHandles> tryAcquireAll(Collection<LockRequest> requests) throws InterruptedException {
        return LockHandles.acquire(this, requests, this::tryAcquire);
    }

    /**
     * A view of the lock for code that wants a {@link Lock}: re-entrant for the thread that holds it, and bound to that
     * thread. Threads that use the same view exclude each other, in SHARED mode, too, and wait for each other in this JVM
     * first, in no particular order. Two views of the same key are strangers to each other, also on one thread.
     *
     * <p>{@code lock} and {@code lockInterruptibly} wait without limit; an interrupt of {@code lock} lets it stand in line
     * anew. All acquiring methods throw a {@link LockException}
     * where the database cannot serve, and {@link IllegalStateException} if this locker is closed. They throw
     * {@link LockNotHeldException} if the thread locks again, but its lock is known to be lost, lapsed or released; a lock that is
     * {@link LockState#SUSPECT} may be locked again. {@code unlock} throws
     * {@link LockNotHeldException} if the lock was lost or had lapsed, and {@link IllegalMonitorStateException} if this
     * thread does not hold it. {@code newCondition} throws {@link UnsupportedOperationException}.
     *
     * @param request what to lock; not bound to a transaction, since the view gives the lock back
     *     at once; not fenced, since a {@link Lock} has no way to tell the token
     * @return a new view; nothing is acquired yet
     * @throws IllegalArgumentException if the request is of {@link LockScope#TRANSACTION}, is to be released after the
     *     transaction, or is fenced
     */
    default Lock asLock(LockRequest request) {
        if (request.isTransactional()) {
            throw new IllegalArgumentException("the view of lock " + KeyText.of(request.key(), lockId(request.key()))
                    + " gives the lock back at once, so it cannot be bound to a transaction: use acquire");
        }
        if (request.fenced()) {
            throw new IllegalArgumentException("the view of lock " + KeyText.of(request.key(), lockId(request.key()))
                    + " cannot be fenced, since nobody can read a fencing token from a java.util.concurrent.locks.Lock:"
                    + " use acquire, or a request that is not fenced");
        }
        return new ReentrantLockView(this, request);
    }

    /**
     * Runs the body while holding the lock. The lock is released on every way out, and an exception of the body passes
     * unchanged. Blocks as {@link #acquire(LockRequest)} does.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost before
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(LockRequest request, LockedBody<R, X> body)
            throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request), body);
    }

    /**
     * Like {@link #withLock(LockRequest, LockedBody)}, with a limit of the wait that overrides the configuration.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param waitAtMost how long to wait: {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @param body what to do; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the wait is negative
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost before
     * @throws LockException as {@link #acquire(LockRequest, Duration)} does; the body has not run
     * @throws InterruptedException as {@link #acquire(LockRequest, Duration)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(
            LockRequest request, Duration waitAtMost, LockedBody<R, X> body) throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request, waitAtMost), body);
    }

    /**
     * Runs the body while holding the lock of this key, exclusively and without a ttl, as
     * {@link #withLock(LockRequest, LockedBody)} does.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @param body what to do; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost before
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(String key, LockedBody<R, X> body)
            throws X, InterruptedException {
        return withLock(LockRequest.of(key), body);
    }

    /**
     * As {@link #withLock(LockRequest, LockedBody)}, for a body that needs the handle of its lock: to refresh the ttl, to ask
     * whether the lock is still held, or for the fencing token.
     *
     * <pre>{@code
     * int written = locker.withLock(LockRequest.of("reports/daily").ttl(Duration.ofSeconds(60)).fenced(true), lock -> {
     *     for (Report report : reports) {
     *         lock.refresh(Duration.ofSeconds(60));
     *         write(report, lock.fencingToken().orElseThrow());
     *     }
     *     return reports.size();
     * });
     * }</pre>
     *
     * <p>A lambda is taken for the one or the other kind of body by its number of parameters. So is a method reference, unless
     * methods of that name fit both; then write a lambda.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do with the handle, which it must leave to this method to release; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost or released before
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(LockRequest request, LockedFunction<R, X> body)
            throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request), body);
    }

    /**
     * Like {@link #withLock(LockRequest, LockedFunction)}, with a limit of the wait that overrides the configuration.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param waitAtMost how long to wait: {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @param body what to do with the handle, which it must leave to this method to release; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the wait is negative
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost or released before
     * @throws LockException as {@link #acquire(LockRequest, Duration)} does; the body has not run
     * @throws InterruptedException as {@link #acquire(LockRequest, Duration)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(
            LockRequest request, Duration waitAtMost, LockedFunction<R, X> body) throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request, waitAtMost), body);
    }

    /**
     * Runs the body with the handle of the lock of this key, which it holds exclusively and without a ttl, as
     * {@link #withLock(LockRequest, LockedFunction)} does.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @param body what to do with the handle, which it must leave to this method to release; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost or released before
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(String key, LockedFunction<R, X> body)
            throws X, InterruptedException {
        return withLock(LockRequest.of(key), body);
    }

    /**
     * Runs the body while holding the lock, if nobody else holds it. The lock is released on every way out, and an
     * exception of the body passes unchanged. Blocks as {@link #tryAcquire(LockRequest)} does.
     *
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do; its result is dropped
     * @return whether the body ran
     * @throws X if the body does
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost before
     * @throws LockException as {@link #tryAcquire(LockRequest)} does; the body has not run
     * @throws InterruptedException as {@link #tryAcquire(LockRequest)} does, or if the body does
     */
    default <X extends Exception> boolean tryWithLock(LockRequest request, LockedBody<?, X> body)
            throws X, InterruptedException {
        return tryWithLock(request, handle -> body.run());
    }

    /**
     * As {@link #tryWithLock(LockRequest, LockedBody)}, for a body that needs the handle of its lock.
     *
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do with the handle, which it must leave to this method to release; its result is dropped
     * @return whether the body ran
     * @throws X if the body does
     * @throws LockNotHeldException if the body ended normally, but its lock had lapsed or was lost or released before
     * @throws LockException as {@link #tryAcquire(LockRequest)} does; the body has not run
     * @throws InterruptedException as {@link #tryAcquire(LockRequest)} does, or if the body does
     */
    default <X extends Exception> boolean tryWithLock(LockRequest request, LockedFunction<?, X> body)
            throws X, InterruptedException {
        Optional<LockHandle> granted = tryAcquire(request);
        if (granted.isPresent()) {
            LockedBodies.runAndRelease(granted.get(), body);
        }
        return granted.isPresent();
    }

    /**
     * The number under which PostgreSQL knows the lock of this key: in {@code pg_locks}, {@code classid} is its upper and
     * {@code objid} its lower half, and {@code objsubid} is 1. It is the 64-bit FNV-1a hash of the namespace, as four
     * big-endian bytes, followed by the key in UTF-8.
     *
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @return the lock id
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     * @see <a href="https://www.postgresql.org/docs/current/view-pg-locks.html">PostgreSQL manual, "pg_locks"</a>
     */
    long lockId(String key);

    /**
     * Asks the database where the locks live whether it can serve. Blocks for a connection and a round trip, each at most
     * as long as the connection time-out.
     *
     * @throws LockConnectionTimeoutException if there was no connection within the connection timeout
     * @throws LockDatabaseUnfitException if the database answers, but cannot hold locks: a standby, not PostgreSQL, behind
     *     a pooler that swaps sessions, or by a data source that shares them
     * @throws LockUnavailableException if the database cannot be reached
     * @throws InterruptedException if the thread is interrupted meanwhile
     * @throws IllegalStateException if this locker is closed
     */
    void ping() throws InterruptedException;

    /**
     * Releases every outstanding lock and refuses further ones; threads that wait in {@link #acquire(LockRequest)} get an
     * {@link IllegalStateException}. Bounded by the configured close time-out (10 s by default): a lock that cannot be
     * released within it has its session ended. Handles then say {@link LockState#RELEASED}. A second call does nothing.
     * The locker that a container injects is closed by the container.
     */
    @Override
    void close();
}
