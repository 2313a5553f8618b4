// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Acquires locks that are kept in a database. Lockers that use the same database and the same namespace exclude each
 * other, in any JVM and any deployment. Thread-safe. In a Jakarta EE application, inject the locker:
 *
 * <pre>{@code
 * @Inject
 * Locker locker;
 *
 * Report writeDailyReport() throws InterruptedException {
 *     return locker.withLock("reports/daily", () -> write());
 * }
 * }</pre>
 *
 * <p>A program without a container builds its locker with {@code io.holdfast.lock.integration.StandaloneLocker}, which
 * is in {@code lock-impl}.
 *
 * <p>PostgreSQL identifies a lock by a 64-bit number, which is computed from the namespace of the locker and the key:
 * see {@link #lockId(String)}. Each held lock occupies one connection, unless the locker shares its sessions. That
 * connection does not take part in any JTA transaction.
 *
 * <p>Every outcome of acquiring has a type of its own:
 *
 * <table>
 *   <caption>Outcomes of acquiring</caption>
 *   <tr><th>outcome</th><th>{@code acquire}</th><th>{@code tryAcquire}</th></tr>
 *   <tr><td>the lock is granted</td><td>a handle</td><td>a handle</td></tr>
 *   <tr><td>another caller holds the lock</td>
 *       <td>{@link LockNotAcquiredException} after the wait</td><td>empty</td></tr>
 *   <tr><td>the server detects a deadlock</td><td>{@link LockDeadlockException}</td><td>does not happen</td></tr>
 *   <tr><td>the locker's limit of sessions or locks is reached</td><td colspan="2">{@link LockLimitException}</td></tr>
 *   <tr><td>no connection is available</td><td colspan="2">{@link LockConnectionTimeoutException}</td></tr>
 *   <tr><td>the database cannot be reached or does not answer</td>
 *       <td colspan="2">{@link LockUnavailableException}</td></tr>
 *   <tr><td>the database or the data source is not suitable</td>
 *       <td colspan="2">{@link LockDatabaseUnfitException}</td></tr>
 *   <tr><td>the database role lacks a privilege</td><td colspan="2">{@link LockPrivilegeException}</td></tr>
 *   <tr><td>the thread is interrupted</td>
 *       <td colspan="2">{@link InterruptedException}; nothing is left behind</td></tr>
 *   <tr><td>the locker is closed</td><td colspan="2">{@link IllegalStateException}</td></tr>
 * </table>
 *
 * <p><b>Transactions:</b> only the locker that the container injects accepts a request of
 * {@link LockScope#TRANSACTION}, or one that is to be
 * {@linkplain LockRequest#releaseAfterTransaction(boolean) released after the transaction}. Other lockers throw
 * {@link IllegalArgumentException}. A request of {@link LockScope#TRANSACTION} requires that the calling thread has an
 * active JTA transaction; otherwise it fails with {@link IllegalStateException}. It is executed on the calling thread
 * and on the connection of that transaction, and it bypasses the circuit breaker.
 *
 * <p><b>Order of waiters:</b> the threads of one locker are served first come, first served, and so are the lockers
 * that wait at the server. There is no order between a thread that waits in its own JVM and one that waits at the
 * server. A waiting {@code acquire} does not poll.
 *
 * <p><b>Other waits:</b> apart from the wait for the lock, {@code acquire} and {@code tryAcquire} wait for a session,
 * which is limited by {@code holdfast.connection-timeout}, and for the answer of the server, which is limited by
 * {@code holdfast.answer-timeout}. Both timeouts are 5 s by default. If no session is available, {@code acquire} fails
 * when the smaller of its wait and the connection timeout has passed, but not before 250 ms have passed;
 * {@code tryAcquire} fails when the connection timeout has passed. Until then, both keep trying to open a connection,
 * even while the server restarts. A wait whose session ends continues on another session, at the end of the queue.
 * Before its first lock, the locker proves on two sessions that the server keeps locks apart. The proof takes about 55
 * round trips, which do not count against these times.
 *
 * <p><b>Not guaranteed:</b>
 *
 * <ul>
 *   <li>Exclusion of work that continues after its lock was lost.
 *   <li>Exclusion of roles of the same database that take advisory locks of the same number on purpose.
 *   <li>Detection of deadlocks. If two holders wait for each other's key, one of them fails at the end of its wait.
 *       Acquire keys in the same order everywhere, or together by {@link #acquireAll(Collection, Duration)}.
 * </ul>
 *
 * @since 0.1.0
 */
public interface Locker extends AutoCloseable {

    /**
     * Acquires the lock, and waits for it as long as the configuration allows. The locker that a container injects
     * waits as long as {@code holdfast.lock.<name>.wait-at-most} or, if that is not set, {@code holdfast.wait-at-most}
     * allows; the default is 60 s. Blocks.
     *
     * @param request what to lock
     * @return the handle of the granted lock
     * @throws LockNotAcquiredException if another caller held the lock for the whole wait
     * @throws LockException for any other reason that {@link #acquire(LockRequest, Duration)} lists
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws IllegalStateException if this locker is closed
     */
    LockHandle acquire(LockRequest request) throws InterruptedException;

    /**
     * Acquires the lock, and waits for it at most for the given time, which overrides the configured wait. Blocks.
     *
     * <p><b>The duration is the wait, not the ttl.</b> The ttl is part of the request. The similar method
     * {@link #acquire(String, Duration)} takes a ttl.
     *
     * @param request what to lock
     * @param waitAtMost how long to wait for the lock, from {@link LockRequest#IMMEDIATE} to
     *     {@link LockRequest#UNLIMITED}
     * @return the handle of the granted lock
     * @throws IllegalArgumentException if the wait is negative
     * @throws LockNotAcquiredException if another caller held the lock for the whole wait
     * @throws LockDeadlockException if the server detected a deadlock, and ended this wait
     * @throws LockConnectionTimeoutException if no connection was available within the time described above
     * @throws LockLimitException if the locker's limit of sessions or locks was reached for all of that time
     * @throws LockDatabaseUnfitException if the database answers, but cannot hold the lock
     * @throws LockPrivilegeException if the role of the data source lacks a privilege that the locker needs
     * @throws LockUnavailableException if the database cannot be reached, did not answer, or reported an error
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws IllegalStateException if this locker is closed
     */
    LockHandle acquire(LockRequest request, Duration waitAtMost) throws InterruptedException;

    /**
     * Acquires the lock of the key in {@link LockMode#EXCLUSIVE} mode. Equivalent to {@link #acquire(LockRequest)} with
     * {@link LockRequest#of(String)}. Blocks.
     *
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8
     * @return the handle of the granted lock
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate
     * @throws LockException as {@link #acquire(LockRequest)} does
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws IllegalStateException if this locker is closed
     */
    default LockHandle acquire(String key) throws InterruptedException {
        return acquire(LockRequest.of(key));
    }

    /**
     * Acquires the lock of the key in {@link LockMode#EXCLUSIVE} mode, with a ttl. Equivalent to
     * {@link #acquire(LockRequest)} with {@link LockRequest#ttl(Duration)}. Blocks.
     *
     * <p><b>The duration is the ttl, not the wait.</b> {@code acquire("order/42", Duration.ofSeconds(5))} waits for the
     * lock as long as the configuration allows, which is 60 s by default, and then counts as held for 5 s. To wait for
     * at most 5 s, call {@code acquire(LockRequest.of("order/42"), Duration.ofSeconds(5))}: see
     * {@link #acquire(LockRequest, Duration)}.
     *
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8
     * @param ttl how long the lock counts as held without a refresh, with an {@link Lease#ADVISORY} lease: at least 1
     *     ms; {@link LockRequest#UNLIMITED} for no limit
     * @return the handle of the granted lock
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate, or if the ttl is
     *     below 1 ms
     * @throws LockException as {@link #acquire(LockRequest)} does
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws IllegalStateException if this locker is closed
     */
    default LockHandle acquire(String key, Duration ttl) throws InterruptedException {
        return acquire(LockRequest.of(key).ttl(ttl));
    }

    /**
     * Acquires the lock if nobody holds it and nobody is known to wait for it. Does not wait for the lock, but blocks
     * until a connection is available and the server has answered once.
     *
     * <p>Known are the waiters of this locker, and the waiters of other lockers that wait at the server. <b>Not
     * guaranteed:</b> that a try never overtakes a waiter. An {@code acquire} that stands behind holders or waiters of
     * its own locker waits in its own JVM, where the server does not see it. Therefore a try in {@link LockMode#SHARED}
     * mode may be granted although an {@link LockMode#EXCLUSIVE} {@code acquire} of another locker waits behind a
     * shared holder of that locker.
     *
     * @param request what to lock
     * @return the handle, or empty if another caller holds the lock or is known to wait for it
     * @throws LockConnectionTimeoutException if no connection was available within the connection timeout
     * @throws LockLimitException if the locker's limit of sessions or locks was reached for all of that time
     * @throws LockDatabaseUnfitException if the database answers, but cannot hold the lock
     * @throws LockPrivilegeException if the role of the data source lacks a privilege that the locker needs
     * @throws LockUnavailableException if the database cannot be reached, did not answer, or reported an error
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if this locker is closed
     */
    Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException;

    /**
     * Acquires the lock of the key in {@link LockMode#EXCLUSIVE} mode if nobody holds it and nobody is known to wait
     * for it. Equivalent to {@link #tryAcquire(LockRequest)} with {@link LockRequest#of(String)}.
     *
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8
     * @return the handle, or empty if another caller holds the lock or is known to wait for it
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate
     * @throws LockException as {@link #tryAcquire(LockRequest)} does
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if this locker is closed
     */
    default Optional<LockHandle> tryAcquire(String key) throws InterruptedException {
        return tryAcquire(LockRequest.of(key));
    }

    /**
     * Acquires the lock without blocking the calling thread: like {@link #acquire(LockRequest)}, but returns a future.
     * The future completes on one of the locker's own threads, which have neither a transaction nor {@code java:comp};
     * use its {@code ...Async} methods to continue on another thread. Canceling the future, or completing it in any
     * other way, abandons the wait and leaves no lock behind. A caller that drops the future has to release the lock
     * nevertheless.
     *
     * @param request what to lock; must not be bound to a transaction, because that belongs to the calling thread
     * @return a future that completes with the handle, or fails as {@link #acquire(LockRequest)} does
     * @throws IllegalArgumentException if the request is of {@link LockScope#TRANSACTION}, or is to be released after
     *     the transaction
     * @throws IllegalStateException if this locker is closed
     */
    CompletableFuture<LockHandle> acquireAsync(LockRequest request);

    /**
     * Acquires the lock like {@link #acquireAsync(LockRequest)}, and waits for it at most for the given time, which
     * overrides the configured wait.
     *
     * @param request what to lock; must not be bound to a transaction, because that belongs to the calling thread
     * @param waitAtMost how long to wait for the lock, from {@link LockRequest#IMMEDIATE} to
     *     {@link LockRequest#UNLIMITED}
     * @return a future that completes with the handle, or fails as {@link #acquire(LockRequest, Duration)} does
     * @throws IllegalArgumentException if the request is of {@link LockScope#TRANSACTION}, or is to be released after
     *     the transaction, or if the wait is negative
     * @throws IllegalStateException if this locker is closed
     */
    CompletableFuture<LockHandle> acquireAsync(LockRequest request, Duration waitAtMost);

    /**
     * Acquires several locks as {@link #acquireAll(Collection, Duration)} does. The wait for all of them together is as
     * long as {@link #acquire(LockRequest)} would wait for the first request of the collection. Blocks.
     *
     * @param requests what to lock, each key once
     * @return the handles
     * @throws IllegalArgumentException if two requests are for the same lock
     * @throws LockException as {@link #acquire(LockRequest)} does; no lock is held then
     * @throws InterruptedException if the thread is interrupted while it waits; no lock is held then
     * @throws IllegalStateException if this locker is closed
     */
    LockHandles acquireAll(Collection<LockRequest> requests) throws InterruptedException;

    /**
     * Acquires several locks, either all or none, and waits for all of them together at most for the given time. The
     * locks are acquired in the order of their lock ids, regardless of the order of the requests, so that callers of
     * this method do not wait for each other in a circle. Each lock costs a round trip, and a connection unless
     * sessions are shared. Blocks. If not all locks are granted, those of {@link LockScope#TRANSACTION} that were
     * granted stay until the transaction ends.
     *
     * @param requests what to lock, each key once
     * @param waitAtMost how long to wait for all locks together, from {@link LockRequest#IMMEDIATE} to
     *     {@link LockRequest#UNLIMITED}
     * @return the handles
     * @throws IllegalArgumentException if two requests are for the same lock, or if the wait is negative
     * @throws LockException as {@link #acquire(LockRequest, Duration)} does; no lock is held then
     * @throws InterruptedException if the thread is interrupted while it waits; no lock is held then
     * @throws IllegalStateException if this locker is closed
     */
    default LockHandles acquireAll(Collection<LockRequest> requests, Duration waitAtMost) throws InterruptedException {
        Wait wait = Wait.begin(waitAtMost);
        return LockHandles.acquire(this, requests, request -> Optional.of(acquire(request, wait.left())))
                .orElseThrow();
    }

    /**
     * Acquires several locks, either all or none, each as {@link #tryAcquire(LockRequest)} does, and in the order of
     * {@link #acquireAll(Collection, Duration)}. If not all locks are granted, those of {@link LockScope#TRANSACTION}
     * that were granted stay until the transaction ends.
     *
     * @param requests what to lock, each key once
     * @return the handles, or empty if another caller holds one of the locks or is known to wait for it
     * @throws IllegalArgumentException if two requests are for the same lock
     * @throws LockException as {@link #tryAcquire(LockRequest)} does; no lock is held then
     * @throws InterruptedException if the thread is interrupted; no lock is held then
     * @throws IllegalStateException if this locker is closed
     */
    default Optional<LockHandles> tryAcquireAll(Collection<LockRequest> requests) throws InterruptedException {
        return LockHandles.acquire(this, requests, this::tryAcquire);
    }

    /**
     * Returns a view of the lock for code that expects a {@link Lock}. The view is re-entrant for the thread that holds
     * it, and bound to that thread. Threads that use the same view exclude each other, even in {@link LockMode#SHARED}
     * mode, and first wait for each other in this JVM, in no particular order. Two views of the same key exclude each
     * other like two lockers, even on the same thread.
     *
     * <p>The methods {@code lock} and {@code lockInterruptibly} wait without a limit. An interrupt does not end
     * {@code lock}, but makes it queue again; the interrupt flag is set when {@code lock} returns. All acquiring
     * methods throw a {@link LockException} if the database cannot serve, and {@link IllegalStateException} if this
     * locker is closed. They throw {@link LockNotHeldException} if the thread has locked the view before, and that lock
     * is known to be lost, lapsed or released; a lock that is {@link LockState#SUSPECT} may be entered again.
     *
     * <p>The method {@code unlock} throws {@link LockNotHeldException} if the lock was lost or had lapsed, and
     * {@link IllegalMonitorStateException} if the calling thread does not hold the view. The method
     * {@code newCondition} throws {@link UnsupportedOperationException}.
     *
     * @param request what to lock; must not be bound to a transaction, because the last {@code unlock} releases the
     *     lock at once; must not be fenced, because a {@link Lock} has no method that returns the token
     * @return a new view; nothing is acquired yet
     * @throws IllegalArgumentException if the request is of {@link LockScope#TRANSACTION}, is to be released after the
     *     transaction, or is fenced
     */
    default Lock asLock(LockRequest request) {
        if (request.isTransactional()) {
            throw new IllegalArgumentException("the view of lock " + KeyText.of(request.key(), lockId(request.key()))
                    + " cannot be bound to a transaction, because its last unlock releases the lock at once: use"
                    + " acquire");
        }
        if (request.fenced()) {
            throw new IllegalArgumentException("the view of lock " + KeyText.of(request.key(), lockId(request.key()))
                    + " cannot be fenced, because java.util.concurrent.locks.Lock has no method that returns the"
                    + " fencing token: use acquire, or a request that is not fenced");
        }
        return new ReentrantLockView(this, request);
    }

    /**
     * Runs the body while it holds the lock. The lock is released when the body returns or throws. An exception of the
     * body is passed on unchanged. Blocks as {@link #acquire(LockRequest)} does, and until the body has ended.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost before that
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run then
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(LockRequest request, LockedBody<R, X> body)
            throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request), body);
    }

    /**
     * Runs the body like {@link #withLock(LockRequest, LockedBody)}, and waits for the lock at most for the given time,
     * which overrides the configured wait.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param waitAtMost how long to wait for the lock, from {@link LockRequest#IMMEDIATE} to
     *     {@link LockRequest#UNLIMITED}
     * @param body what to do; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the wait is negative
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost before that
     * @throws LockException as {@link #acquire(LockRequest, Duration)} does; the body has not run then
     * @throws InterruptedException as {@link #acquire(LockRequest, Duration)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(
            LockRequest request, Duration waitAtMost, LockedBody<R, X> body) throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request, waitAtMost), body);
    }

    /**
     * Runs the body while it holds the lock of the key in {@link LockMode#EXCLUSIVE} mode. Equivalent to
     * {@link #withLock(LockRequest, LockedBody)} with {@link LockRequest#of(String)}.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8
     * @param body what to do; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost before that
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run then
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(String key, LockedBody<R, X> body)
            throws X, InterruptedException {
        return withLock(LockRequest.of(key), body);
    }

    /**
     * Runs the body like {@link #withLock(LockRequest, LockedBody)}, and passes it the handle of its lock. The body can
     * refresh the ttl, ask whether the lock is still held, or read the fencing token:
     *
     * <pre>{@code
     * int stored = locker.withLock(LockRequest.of("reports/daily").ttl(Duration.ofSeconds(60)).fenced(true), lock -> {
     *     for (Report report : reports) {
     *         lock.refresh(Duration.ofSeconds(60));
     *         store(report, lock.fencingToken().orElseThrow());
     *     }
     *     return reports.size();
     * });
     * }</pre>
     *
     * <p>The number of parameters decides which of the two kinds of body a lambda is. The same applies to a method
     * reference, unless overloaded methods fit both kinds; use a lambda in that case.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do with the handle; must not release it, because this method does; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost or released
     *     before that
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run then
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(LockRequest request, LockedFunction<R, X> body)
            throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request), body);
    }

    /**
     * Runs the body like {@link #withLock(LockRequest, LockedFunction)}, and waits for the lock at most for the given
     * time, which overrides the configured wait.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param request what to lock
     * @param waitAtMost how long to wait for the lock, from {@link LockRequest#IMMEDIATE} to
     *     {@link LockRequest#UNLIMITED}
     * @param body what to do with the handle; must not release it, because this method does; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the wait is negative
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost or released
     *     before that
     * @throws LockException as {@link #acquire(LockRequest, Duration)} does; the body has not run then
     * @throws InterruptedException as {@link #acquire(LockRequest, Duration)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(
            LockRequest request, Duration waitAtMost, LockedFunction<R, X> body) throws X, InterruptedException {
        return LockedBodies.runAndRelease(acquire(request, waitAtMost), body);
    }

    /**
     * Runs the body while it holds the lock of the key in {@link LockMode#EXCLUSIVE} mode, and passes it the handle of
     * that lock. Equivalent to {@link #withLock(LockRequest, LockedFunction)} with {@link LockRequest#of(String)}.
     *
     * @param <R> the result of the body
     * @param <X> what the body may throw
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8
     * @param body what to do with the handle; must not release it, because this method does; may return null
     * @return the body's result
     * @throws X if the body does
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost or released
     *     before that
     * @throws LockException as {@link #acquire(LockRequest)} does; the body has not run then
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, or if the body does
     */
    default <R extends @Nullable Object, X extends Exception> R withLock(String key, LockedFunction<R, X> body)
            throws X, InterruptedException {
        return withLock(LockRequest.of(key), body);
    }

    /**
     * Runs the body while it holds the lock, if the lock is granted without waiting. The lock is released when the body
     * returns or throws. An exception of the body is passed on unchanged. Blocks as {@link #tryAcquire(LockRequest)}
     * does, and until the body has ended.
     *
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do; its result is ignored
     * @return whether the body has run
     * @throws X if the body does
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost before that
     * @throws LockException as {@link #tryAcquire(LockRequest)} does; the body has not run then
     * @throws InterruptedException as {@link #tryAcquire(LockRequest)} does, or if the body does
     */
    default <X extends Exception> boolean tryWithLock(LockRequest request, LockedBody<?, X> body)
            throws X, InterruptedException {
        return tryWithLock(request, handle -> body.run());
    }

    /**
     * Runs the body like {@link #tryWithLock(LockRequest, LockedBody)}, and passes it the handle of its lock.
     *
     * @param <X> what the body may throw
     * @param request what to lock
     * @param body what to do with the handle; must not release it, because this method does; its result is ignored
     * @return whether the body has run
     * @throws X if the body does
     * @throws LockNotHeldException if the body returned normally, but its lock had lapsed or was lost or released
     *     before that
     * @throws LockException as {@link #tryAcquire(LockRequest)} does; the body has not run then
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
     * Returns the number by which PostgreSQL identifies the lock of the key. In {@code pg_locks}, {@code classid} is
     * its upper half, {@code objid} is its lower half, and {@code objsubid} is 1. The number is the 64-bit FNV-1a hash
     * of the following bytes: the namespace as four big-endian bytes, then the key in UTF-8.
     *
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8
     * @return the lock id
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate
     * @see <a href="https://www.postgresql.org/docs/current/view-pg-locks.html">PostgreSQL manual, "pg_locks"</a>
     */
    long lockId(String key);

    /**
     * Checks that the database that holds the locks can serve. Blocks until a connection is available and the server
     * has answered, at most as long as the connection timeout and the answer timeout together. It takes longer if the
     * locker has yet to prove that the server keeps locks apart.
     *
     * @throws LockConnectionTimeoutException if no connection was available within the connection timeout
     * @throws LockDatabaseUnfitException if the database answers, but cannot hold locks: it is a standby, is not
     *     PostgreSQL, or is used through a pooler that swaps sessions or a data source that shares them
     * @throws LockUnavailableException if the database cannot be reached or did not answer
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if this locker is closed
     */
    void ping() throws InterruptedException;

    /**
     * Releases every lock that is held, and refuses further ones. Threads that wait in {@link #acquire(LockRequest)}
     * get {@link IllegalStateException}. The call takes at most as long as the close timeout, which is 10 s by default:
     * a lock that cannot be released in time has its session terminated. Afterwards the handles are
     * {@link LockState#RELEASED}. A second call does nothing. The container closes the locker that it injects; an
     * application that tries to close that one gets {@link IllegalStateException}.
     */
    @Override
    void close();
}
