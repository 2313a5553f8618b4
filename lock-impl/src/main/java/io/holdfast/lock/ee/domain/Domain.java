// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.settings.Refusal;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.transaction.SessionLocks;
import io.holdfast.lock.ee.transaction.TransactionBinding;
import io.holdfast.lock.spi.LockListener;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The locks of one database. It consists of decorators: the locker of applications applies the settings, the binding
 * keeps locks for transactions, the session locks are retried and refused by a circuit breaker, and the core acquires
 * them.
 */
public final class Domain {

    private final String name;
    private final Settings settings;
    private final BackendSource source;
    private final CoreLocker core;
    private final SessionLocks sessionLocks;
    private final TransactionBinding binding;
    private final Locker locker;
    private final LockAdmin admin;

    Domain(
            String name,
            Settings settings,
            Retrying retrying,
            Supplier<List<LockListener>> listeners,
            BackendSource source) {
        this.name = name;
        this.settings = settings;
        this.source = source;
        this.core = new CoreLocker(settings.locker(), source, listeners);
        this.sessionLocks = new GuardedLocks(
                core,
                retrying,
                new Breaker(name, settings.breakerFailures(), settings.breakerDelay(), core::ping, System::nanoTime));
        this.binding = new TransactionBinding(name, sessionLocks, core::transactionalLocks);
        this.locker = new ManagedLocker(settings, binding, sessionLocks, core);
        this.admin = new ManagedAdmin(core);
    }

    /**
     * Returns the name.
     *
     * @return the name; {@link io.holdfast.lock.ee.settings.DomainNames#DEFAULT} of the default domain
     */
    public String name() {
        return name;
    }

    /** Returns the settings. */
    public Settings settings() {
        return settings;
    }

    /** Returns the locker of applications. */
    public Locker locker() {
        return locker;
    }

    /** Returns the administration of applications. */
    public LockAdmin admin() {
        return admin;
    }

    /** Returns what acquires locks on sessions of their own, without applying the settings. */
    public SessionLocks sessionLocks() {
        return sessionLocks;
    }

    /** Returns what binds locks to transactions, without applying the settings. */
    public TransactionBinding binding() {
        return binding;
    }

    /** Asks the database on one of the locker's own threads. */
    public CompletableFuture<Void> pingWithin(Duration atMost) {
        return core.pingWithin(atMost);
    }

    /** Releases a lock later, on one of the locker's own threads. */
    public void closeAfter(LockHandle handle, Duration delay) {
        core.closeAfter(handle, delay);
    }

    /** Whether the application uses this domain, or defines where its locks live. */
    boolean isWanted() {
        return core.isMade() || source.isDefined();
    }

    /**
     * Fails the deployment because of a mistake, but not because the database cannot be reached yet. If the data source
     * has no name yet, the first call of a component looks it up.
     */
    void checkAtStart() {
        if (!source.canBeFound()) {
            Messages.dataSourceLater();
            return;
        }
        try {
            core.locker().ping();
        } catch (LockDatabaseUnfitException | LockPrivilegeException e) {
            throw Messages.unfit(e);
        } catch (DeploymentException e) {
            throw Refusal.of(e);
        } catch (LockException e) {
            Messages.startedWithoutDatabase(name, core.dataSourceName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeploymentException(e);
        }
    }

    /** Releases all locks. To be called while the listeners, which are beans, still exist. */
    void close() {
        core.close();
    }

    /** Releases the locks of beans that were destroyed later. From now on no lock is acquired. */
    void end() {
        core.end();
    }
}
