// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import io.holdfast.lock.spi.LockListener;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The core's locker of one domain. The first use makes it, on a thread of the container, where names below
 * {@code java:} resolve. When the application stops, it is closed while the listeners still exist. Beans that are
 * destroyed after that may lock again: they get another locker without listeners, which is closed when the application
 * has stopped.
 */
final class CoreLocker {

    private enum Phase {
        RUNNING,
        STOPPING,
        STOPPED
    }

    /** The locker and what it was made of. */
    private record Made(PostgresLocker locker, TransactionLocks transactionLocks, DomainDataSource.Found sources) {}

    private final LockerConfig config;
    private final DomainDataSource dataSource;
    private final Supplier<List<LockListener>> listeners;

    /** Guards changes of the fields below. Not a monitor, because the threads that wait for it may be virtual ones. */
    private final ReentrantLock changing = new ReentrantLock();

    /** Null until it is needed, and when it is closed. */
    private volatile @Nullable Made made;

    private Phase phase = Phase.RUNNING;

    /** What was found first. Kept, because names may not resolve while an application stops. */
    private DomainDataSource.@Nullable Found sources;

    CoreLocker(LockerConfig config, DomainDataSource dataSource, Supplier<List<LockListener>> listeners) {
        this.config = config;
        this.dataSource = dataSource;
        this.listeners = listeners;
    }

    PostgresLocker locker() {
        return made().locker();
    }

    TransactionLocks transactionLocks() {
        return made().transactionLocks();
    }

    /** Opens a connection of the calling thread's transaction. */
    Connection connectionOfTransaction() throws SQLException {
        return made().sources().transactional().getConnection();
    }

    /** The name of the data source of the locks. */
    String dataSourceName() {
        return made().sources().name();
    }

    boolean isMade() {
        return made != null;
    }

    /** Asks the database. Blocks for the connection timeout at most. */
    void ping() throws InterruptedException {
        try {
            pingWithin(config.connectionTimeout()).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LockException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    CompletableFuture<Void> pingWithin(Duration atMost) {
        return locker().pingWithin(atMost);
    }

    /** Releases the lock later, on one of the locker's own threads; now if the locker is closed. */
    void closeAfter(LockHandle handle, Duration delay) {
        Made present = made;
        if (present == null) {
            handle.close();
        } else {
            present.locker().closeAfter(handle, delay);
        }
    }

    private Made made() {
        Made present = made;
        return present == null ? make() : present;
    }

    private Made make() {
        changing.lock();
        try {
            Made present = made;
            if (present == null) {
                present = makeFor(phase);
                made = present;
            }
            return present;
        } finally {
            changing.unlock();
        }
    }

    private Made makeFor(Phase current) {
        if (current == Phase.STOPPED) {
            throw Messages.stopped();
        }
        DomainDataSource.Found found = sources == null ? dataSource.find() : sources;
        List<LockListener> listening = current == Phase.RUNNING ? listeners.get() : List.of();
        PostgresLocker locker = new PostgresLocker(found.config(), found.sessions(), listening);
        sources = found;
        return new Made(locker, locker.transactionLocks(), found);
    }

    /** Releases all locks. To be called while the listeners still exist. */
    void close() {
        closeUntil(Phase.STOPPING);
    }

    /** Releases the locks of beans that were destroyed later. From now on no lock is acquired. */
    void end() {
        closeUntil(Phase.STOPPED);
    }

    /** Closes the locker without holding the lock, because that may wait for the database. */
    private void closeUntil(Phase next) {
        Made closed;
        do {
            closed = made;
            if (closed != null) {
                closed.locker().close();
            }
        } while (!enter(next, closed));
    }

    /** Returns false if there is another locker, which has to be closed before. */
    @SuppressWarnings("ReferenceEquality")
    private boolean enter(Phase next, @Nullable Made closed) {
        changing.lock();
        try {
            if (made != closed) {
                return false;
            }
            made = null;
            phase = next.compareTo(phase) > 0 ? next : phase;
            return true;
        } finally {
            changing.unlock();
        }
    }
}
