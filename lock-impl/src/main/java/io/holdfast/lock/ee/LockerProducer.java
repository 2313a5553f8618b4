// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.ConnectionSource;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.spi.LockListener;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import java.time.Duration;

/**
 * Makes the locker, on a thread of the container, where names below {@code java:} resolve; and closes it when the application
 * stops, while its data source is still there.
 */
@ApplicationScoped
class LockerProducer {

    @Inject
    @Any
    private Instance<LockListener> listeners;

    @Inject
    private BeanManager beans;

    private Settings settings;

    @PostConstruct
    void readSettings() {
        settings = Settings.read();
    }

    Duration waitAtMost() {
        return settings.locker().waitAtMost();
    }

    @Produces
    @Core
    @ApplicationScoped
    Locker locker() {
        LockDataSource dataSource = LockDataSource.find(settings.dataSource());
        Messages.started(dataSource.name(), settings.locker().namespace());
        if (dataSource.isDefault()) {
            Messages.defaultDataSource(dataSource.name());
        }
        return new PostgresLocker(
                settings.locker(),
                ConnectionSource.of(dataSource.dataSource()),
                listeners.stream().toList());
    }

    void close(@Disposes @Core Locker locker) {
        locker.close();
    }

    /**
     * A mistake fails the deployment; a database that is not up yet does not. In an EAR, the server's default data source may
     * have no name yet while the application starts; then the locker is made, and its data source looked up, by the first
     * call of a component.
     */
    void checkAtStart(@Observes Startup event, @Core Locker locker) {
        LockedInterceptor.requireActive(beans);
        if (settings.dataSource().isEmpty() && !LockDataSource.isNamedYet()) {
            Messages.dataSourceLater();
            return;
        }
        try {
            locker.ping();
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
