// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.ee.transaction.TransactionalLocks;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one domain on PostgreSQL.
 *
 * @param locker the locker of the core
 * @param ofTransactions acquires locks on connections of the caller's transaction
 * @param name the name of the data source of the locks
 */
record PostgresBackend(PostgresLocker locker, TransactionalLocks ofTransactions, String name) implements Backend {

    /** Makes the backend on the data sources of a domain. */
    static final class Source implements BackendSource {

        private final DomainDataSource dataSource;

        /**
         * What was found first. Kept, because names may not resolve while an application stops. Only {@link #make} uses
         * it.
         */
        private DomainDataSource.@Nullable Found found;

        Source(DomainDataSource dataSource) {
            this.dataSource = dataSource;
        }

        @Override
        public boolean isDefined() {
            return dataSource.isDefined();
        }

        @Override
        public boolean canBeFound() {
            return dataSource.canBeFound();
        }

        @Override
        public Backend make(List<LockListener> listeners) {
            DomainDataSource.Found sources = found == null ? dataSource.find() : found;
            PostgresLocker locker = new PostgresLocker(sources.config(), sources.sessions(), listeners);
            found = sources;
            return new PostgresBackend(
                    locker,
                    new TransactionalLocks(
                            locker.transactionLocks(),
                            () -> sources.transactional().getConnection()),
                    sources.name());
        }
    }

    @Override
    public LockAdmin admin() {
        return locker.admin();
    }

    @Override
    public Optional<TransactionalLocks> transactionalLocks() {
        return Optional.of(ofTransactions);
    }

    @Override
    public CompletableFuture<Void> pingWithin(Duration atMost) {
        return locker.pingWithin(atMost);
    }

    @Override
    public void closeAfter(LockHandle handle, Duration delay) {
        locker.closeAfter(handle, delay);
    }
}
