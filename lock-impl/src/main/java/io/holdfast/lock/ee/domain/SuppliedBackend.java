// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.transaction.TransactionalLocks;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.spi.LockerFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The locks of one domain in what a bean of the application provides instead of PostgreSQL, for tests.
 *
 * @param locker the locker of the factory
 * @param admin its administration
 * @param name the class of the factory
 */
record SuppliedBackend(Locker locker, LockAdmin admin, String name) implements Backend {

    /**
     * Makes the backend of a domain from the factory, which has everything that it needs.
     *
     * @param domain the name of the domain
     * @param namespace its namespace
     * @param factory the bean of the application
     */
    record Source(String domain, int namespace, LockerFactory factory) implements BackendSource {

        @Override
        public boolean isDefined() {
            return true;
        }

        @Override
        public boolean canBeFound() {
            return true;
        }

        @Override
        public Backend make(List<LockListener> listeners) {
            return new SuppliedBackend(
                    factory.newLocker(domain, namespace, listeners),
                    factory.newAdmin(domain, namespace),
                    factory.getClass().getName());
        }
    }

    @Override
    public Optional<TransactionalLocks> transactionalLocks() {
        return Optional.empty();
    }

    /** There is no database to wait for. */
    @Override
    public CompletableFuture<Void> pingWithin(Duration atMost) {
        try {
            locker.ping();
            return CompletableFuture.completedFuture(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void closeAfter(LockHandle handle, Duration delay) {
        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS).execute(handle::close);
    }
}
