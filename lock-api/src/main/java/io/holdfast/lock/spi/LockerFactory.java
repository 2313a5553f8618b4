// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.Locker;
import java.util.List;

/**
 * Replaces the database under the locks of an application, for tests. If the application has a CDI bean of this type,
 * {@code lock-impl} looks for no data source, and acquires all locks from the lockers of this factory: those of
 * {@link io.holdfast.lock.Locked} methods and those of injected lockers, in every domain. Everything else remains: the
 * settings, keys, waits, transactions and {@link io.holdfast.lock.CurrentLock}. The class {@code InMemoryLocking} of
 * {@code lock-testkit} is such a bean.
 *
 * <p>The application logs a warning (HOLDFAST-0120) when it starts with such a bean. If it has several, the container
 * chooses one of them as it does for an injection point: an enabled alternative is preferred. The methods must be
 * thread-safe.
 *
 * <p><b>Not guaranteed:</b> anything that depends on the lockers, such as exclusion.
 *
 * @since 0.1.0
 */
public interface LockerFactory {

    /**
     * Creates the locker of a domain. Called when the application starts, and again if beans acquire locks while it
     * ends; the earlier locker has been closed by then.
     *
     * <p>The locker receives requests with complete settings. It also receives requests of
     * {@link io.holdfast.lock.LockScope#TRANSACTION}, which it grants like any other: {@code lock-impl} keeps the lock
     * until the transaction has completed.
     *
     * @param domain the name of a {@link io.holdfast.lock.LockDomain}; empty for the default domain
     * @param namespace the namespace of the domain
     * @param listeners what the locker notifies of its locks
     * @return a new locker, which the container closes
     */
    Locker newLocker(String domain, int namespace, List<LockListener> listeners);

    /**
     * Creates the administration of a domain.
     *
     * @param domain the name of a {@link io.holdfast.lock.LockDomain}; empty for the default domain
     * @param namespace the namespace of the domain
     * @return what shows the locks of that domain and namespace
     */
    LockAdmin newAdmin(String domain, int namespace);
}
