// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.postgres.ConnectionSource;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.TransactionLocks;
import io.holdfast.lock.spi.LockListener;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Owns the core's locker: makes it on a thread of the container, where names below {@code java:} resolve, and closes it when
 * the application stops, while its data source is still there.
 */
@ApplicationScoped
class CoreLocker {

    @Inject
    @Any
    private Instance<LockListener> listeners;

    @Inject
    private BeanManager beans;

    /** Null until it is needed; guarded by this. */
    private Settings settings;

    /** Null until it is needed; made once. */
    private volatile Made made;

    private record Made(PostgresLocker locker, TransactionLocks transactionLocks, DataSource transactional) {}

    /** Not when the bean is made: the container would hide what is wrong with a setting behind a message of its own. */
    private synchronized Settings settings() {
        if (settings == null) {
            settings = Settings.read();
        }
        return settings;
    }

    /** While the listeners, which are beans, still hear of the releases. */
    void closeAtEnd(@Observes Shutdown event) {
        close();
    }

    @PreDestroy
    void close() {
        if (made != null) {
            made.locker().close();
        }
    }

    Duration waitAtMost() {
        return settings().locker().waitAtMost();
    }

    /** What is set for the locks of this name. */
    LockSettings settingsOf(String lockName) {
        return settings().of(lockName);
    }

    PostgresLocker get() {
        return made().locker();
    }

    /** Releases the lock later, on the locker's own threads. */
    void closeAfter(LockHandle handle, Duration delay) {
        made().locker().closeAfter(handle, delay);
    }

    TransactionLocks transactionLocks() {
        return made().transactionLocks();
    }

    /** A connection of the calling thread's transaction. */
    Connection connectionOfTransaction() throws SQLException {
        return made().transactional().getConnection();
    }

    private Made made() {
        Made present = made;
        return present == null ? make() : present;
    }

    private synchronized Made make() {
        if (made == null) {
            Settings settings = settings();
            LockDataSource dataSource = LockDataSource.find(settings.dataSource());
            DataSource transactional = settings.transactionDataSource()
                    .map(name -> LockDataSource.find(Optional.of(name)).dataSource())
                    .orElse(dataSource.dataSource());
            Messages.started(dataSource.name(), settings.locker().namespace());
            if (dataSource.isDefault()) {
                Messages.defaultDataSource(dataSource.name());
            }
            PostgresLocker locker = new PostgresLocker(
                    settings.locker(),
                    ConnectionSource.of(dataSource.dataSource()),
                    listeners.stream().toList());
            made = new Made(locker, locker.transactionLocks(), transactional);
        }
        return made;
    }

    /**
     * A mistake fails the deployment; a database that is not up yet does not. In an EAR, the server's default data source may
     * have no name yet while the application starts; then the locker is made, and its data source looked up, by the first
     * call of a component.
     */
    void checkAtStart(@Observes Startup event) {
        LockingInterceptor.requireActive(beans);
        if (settings().dataSource().isEmpty() && !LockDataSource.isNamedYet()) {
            Messages.dataSourceLater();
            return;
        }
        try {
            get().ping();
        } catch (LockDatabaseUnfitException e) {
            throw Messages.unfit(e);
        } catch (LockException e) {
            Messages.startedWithoutDatabase(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeploymentException(e);
        }
    }
}
