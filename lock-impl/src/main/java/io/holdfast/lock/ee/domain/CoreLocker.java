// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.transaction.TransactionalLocks;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The core's locker of one domain, or what replaces it in tests. The first use makes it, on a thread of the container,
 * where names below {@code java:} resolve. When the application stops, it is closed while the listeners still exist.
 * Beans that are destroyed after that may lock again: they get another locker without listeners, which is closed when
 * the application has stopped.
 */
final class CoreLocker {

    private enum Phase {
        RUNNING,
        STOPPING,
        STOPPED
    }

    private final LockerConfig config;
    private final BackendSource source;
    private final Supplier<List<LockListener>> listeners;

    /** Guards changes of the fields below. Not a monitor, because the threads that wait for it may be virtual ones. */
    private final ReentrantLock changing = new ReentrantLock();

    /** Null until it is needed, and when it is closed. */
    private volatile @Nullable Backend made;

    private Phase phase = Phase.RUNNING;

    CoreLocker(LockerConfig config, BackendSource source, Supplier<List<LockListener>> listeners) {
        this.config = config;
        this.source = source;
        this.listeners = listeners;
    }

    Locker locker() {
        return made().locker();
    }

    LockAdmin admin() {
        return made().admin();
    }

    /** Returns the locks that end with a transaction by themselves; empty if the container has to keep them. */
    Optional<TransactionalLocks> transactionalLocks() {
        return made().transactionalLocks();
    }

    /** The name of the data source of the locks, or of what replaces it. */
    String dataSourceName() {
        return made().name();
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
        return made().pingWithin(atMost);
    }

    /** Releases the lock later, on one of the locker's own threads; now if the locker is closed. */
    void closeAfter(LockHandle handle, Duration delay) {
        Backend present = made;
        if (present == null) {
            handle.close();
        } else {
            present.closeAfter(handle, delay);
        }
    }

    private Backend made() {
        Backend present = made;
        return present == null ? make() : present;
    }

    private Backend make() {
        changing.lock();
        try {
            Backend present = made;
            if (present == null) {
                present = makeFor(phase);
                made = present;
            }
            return present;
        } finally {
            changing.unlock();
        }
    }

    private Backend makeFor(Phase current) {
        if (current == Phase.STOPPED) {
            throw Messages.stopped();
        }
        return source.make(current == Phase.RUNNING ? listeners.get() : List.of());
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
        Backend closed;
        do {
            closed = made;
            if (closed != null) {
                closed.locker().close();
            }
        } while (!enter(next, closed));
    }

    /** Returns false if there is another locker, which has to be closed before. */
    @SuppressWarnings("ReferenceEquality")
    private boolean enter(Phase next, @Nullable Backend closed) {
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
