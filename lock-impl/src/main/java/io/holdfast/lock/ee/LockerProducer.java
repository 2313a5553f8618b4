// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.Locker;
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

/**
 * Makes the locker when the application starts, on a thread of the container, where {@code java:comp} names resolve; and
 * closes it when the application stops, while its data source is still there.
 */
@ApplicationScoped
class LockerProducer {

    @Inject
    @Any
    private Instance<LockListener> listeners;

    @Inject
    private BeanManager beans;

    private Settings settings;
    private LockDataSource dataSource;

    @PostConstruct
    void resolve() {
        settings = Settings.read();
        dataSource = LockDataSource.find(settings.dataSource());
    }

    @Produces
    @Core
    @ApplicationScoped
    Locker locker() {
        return new PostgresLocker(
                settings.locker(),
                dataSource.dataSource()::getConnection,
                listeners.stream().toList());
    }

    void close(@Disposes @Core Locker locker) {
        locker.close();
    }

    /** A mistake fails the deployment; a database that is not up yet does not. */
    void checkAtStart(@Observes Startup event, @Core Locker locker) {
        LockedInterceptor.requireActive(beans);
        try {
            locker.ping();
            Messages.started(dataSource.name(), settings.locker().namespace());
        } catch (LockDatabaseUnfitException e) {
            throw Messages.unfit(dataSource.name(), e);
        } catch (LockException e) {
            Messages.startedWithoutDatabase(dataSource.name(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeploymentException(e);
        }
    }
}
