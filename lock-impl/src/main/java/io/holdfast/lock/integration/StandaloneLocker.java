// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.PostgresLocker;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/**
 * A locker over a {@link DataSource}, for programs without a Jakarta EE container: Java SE, other frameworks, and
 * tests. It needs no class of {@code jakarta} or MicroProfile. Its locks exclude those of every other locker with the
 * same database and namespace, including the lockers that a container injects. Thread-safe.
 *
 * <pre>{@code
 * void run(DataSource dataSource) throws InterruptedException {
 *     try (StandaloneLocker locker = StandaloneLocker.builder(dataSource).namespace(7).build()) {
 *         locker.ping();
 *         locker.withLock("reports/daily", () -> write());
 *     }
 * }
 * }</pre>
 *
 * <p>A program normally builds one locker when it starts, and closes it when it stops, before it closes the data
 * source. Building a locker does not ask the database. A program that calls {@link #ping()} when it starts learns at
 * once that its database cannot hold locks, instead of at the first lock.
 *
 * <p><b>Threads:</b> a locker has daemon threads of its own, on which it opens connections, waits for locks and watches
 * them. They do not keep the JVM running. If the program ends without {@link #close()}, the server frees the locks as
 * soon as it notices the end of the connections.
 *
 * <p><b>Not provided,</b> in contrast to the injected locker: retries of an attempt that could not reach the database,
 * a circuit breaker, metrics, and locks that are bound to transactions, which are refused with
 * {@link IllegalArgumentException}. What {@link Locker} does not guarantee is not guaranteed here either.
 *
 * @since 0.1.0
 */
public final class StandaloneLocker implements Locker {

    private final PostgresLocker core;

    StandaloneLocker(PostgresLocker core) {
        this.core = core;
    }

    /**
     * The way in which locks are distributed over sessions of the server.
     *
     * @since 0.1.0
     */
    public enum Sessions {
        /** Each lock has its own session, and so its own connection. The loss of a session loses one lock. */
        PINNED,

        /**
         * Up to 128 locks share a session, for programs that hold more locks than they have connections. The loss of a
         * session loses all its locks. A lock with an enforced lease nevertheless has its own session, and so does each
         * key that is waited for.
         */
        SHARED
    }

    /**
     * Begins to build a locker. Does not block.
     *
     * @param dataSource a pool, or a data source that opens a new connection each time, of one PostgreSQL database. The
     *     connections must not take part in the caller's transactions. Best is a data source that nothing else uses.
     *     The locker does not close it
     * @return a builder with the default of every setting
     */
    public static StandaloneLockerBuilder builder(DataSource dataSource) {
        return new StandaloneLockerBuilder(dataSource);
    }

    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        return core.acquire(request);
    }

    @Override
    public LockHandle acquire(LockRequest request, Duration waitAtMost) throws InterruptedException {
        return core.acquire(request, waitAtMost);
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        return core.tryAcquire(request);
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
        return core.acquireAsync(request);
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request, Duration waitAtMost) {
        return core.acquireAsync(request, waitAtMost);
    }

    @Override
    public LockHandles acquireAll(Collection<LockRequest> requests) throws InterruptedException {
        return core.acquireAll(requests);
    }

    @Override
    public long lockId(String key) {
        return core.lockId(key);
    }

    @Override
    public void ping() throws InterruptedException {
        core.ping();
    }

    /**
     * Returns the administration of this locker's namespace and database, which shows who holds which lock in any JVM,
     * and can end a holder. Does not block; the methods of the returned object do. They throw
     * {@link IllegalStateException} when this locker is closed.
     *
     * @return the administration
     */
    public LockAdmin admin() {
        return core.admin();
    }

    /**
     * Releases every lock that is held, as {@link Locker#close()} describes, and returns the connections that were kept
     * to the data source, which stays open. Blocks until that is done, at most as long as
     * {@link StandaloneLockerBuilder#closeTimeout}. An interrupt does not end the wait; the interrupt flag is set when
     * the method returns. A second call does nothing, and does not wait for the first one.
     */
    @Override
    public void close() {
        core.close();
    }
}
