// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.naming.LockDataSource;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.Refusal;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.transaction.TransactionBinding;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import io.holdfast.lock.spi.LockListener;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * The locks of one database: what is set for them, and the core's locker. That is made on a thread of the container, where names
 * below {@code java:} resolve.
 */
public final class Domain {

    private final String name;
    private final Settings settings;
    private final Supplier<List<LockListener>> listeners;
    private final DataSourceBeans dataSourceBeans;
    private final ManagedLocker locker;
    private final TransactionBinding binding;

    /** Null until it is needed; made once. */
    private volatile Made made;

    /** Of an application; guarded by this, as changes of what is made. */
    private enum Phase {
        RUNS,
        STOPS,
        HAS_STOPPED
    }

    private Phase phase = Phase.RUNS;

    /** For a stopping application, whose names may not resolve any more; null until there was a locker; guarded by this. */
    private Supplier<Made> again;

    private record Made(
            PostgresLocker locker, TransactionLocks transactionLocks, DataSource transactional, String dataSource) {}

    Domain(
            String name,
            Settings settings,
            Retrying acquisition,
            Supplier<List<LockListener>> listeners,
            DataSourceBeans dataSourceBeans) {
        this.name = name;
        this.settings = settings;
        this.listeners = listeners;
        this.dataSourceBeans = dataSourceBeans;
        this.binding = new TransactionBinding(name, this::transactionLocks, this::connectionOfTransaction);
        this.locker = new ManagedLocker(this, acquisition);
    }

    /**
     * Returns the name.
     *
     * @return the name; {@link DomainNames#DEFAULT} of the default domain
     */
    public String name() {
        return name;
    }

    /**
     * Returns the locker that applications use.
     *
     * @return the locker
     */
    public Locker locker() {
        return locker;
    }

    /**
     * Returns what binds locks to transactions.
     *
     * @return the binding
     */
    public TransactionBinding binding() {
        return binding;
    }

    /**
     * Returns the administration that applications use.
     *
     * @return the administration
     */
    public LockAdmin admin() {
        return new ManagedAdmin(this);
    }

    /** Of the locks of this name, unless the caller limits the wait. */
    Duration waitAtMost(String lockName) {
        return settings.of(lockName).waitAtMost().orElse(settings.locker().waitAtMost());
    }

    Settings settings() {
        return settings;
    }

    /**
     * Whether keys may be shown.
     *
     * @return whether the setting allows it
     */
    public boolean publishesKeys() {
        return settings.locker().publishKeys();
    }

    PostgresLocker core() {
        return made().locker();
    }

    /**
     * Asks the database on one of the locker's threads.
     *
     * @param atMost how long it has to answer
     * @return completes when the database has answered
     */
    public CompletableFuture<Void> pingWithin(Duration atMost) {
        return core().pingWithin(atMost);
    }

    /** Asks the database for at most the connection timeout. */
    void ping() throws InterruptedException {
        try {
            core().pingWithin(settings.locker().connectionTimeout()).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LockException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /**
     * Releases the lock later, on the locker's own threads.
     *
     * @param handle the lock
     * @param delay when, from now
     */
    public void closeAfter(LockHandle handle, Duration delay) {
        Made present = made;
        if (present == null) {
            // Its locker is closed: the application has stopped.
            handle.close();
        } else {
            present.locker().closeAfter(handle, delay);
        }
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
        if (phase == Phase.HAS_STOPPED) {
            throw Messages.stopped();
        }
        if (made == null && again != null) {
            made = again.get();
        }
        if (made == null) {
            LockDataSource dataSource = findDataSource();
            DataSource transactional = settings.transactionDataSource()
                    .map(jndiName -> LockDataSource.find(Optional.of(jndiName), Optional::empty)
                            .dataSource())
                    .orElse(dataSource.dataSource());
            if (dataSource.isDefault()) {
                Messages.defaultDataSource(dataSource.name());
            }
            ConnectionSource source = new AnnouncedSource(
                    ConnectionSource.of(dataSource.dataSource()),
                    database -> Messages.reached(
                            name, dataSource.name(), database, settings.locker().namespace()));
            String foundAs = dataSource.name();
            made = made(source, transactional, foundAs, phase == Phase.RUNS ? listeners.get() : List.of());
            again = () -> made(source, transactional, foundAs, List.of());
        }
        return made;
    }

    /** A domain that has no name for it can only have a bean: the names that are tried are those of the default domain. */
    private LockDataSource findDataSource() {
        boolean isBean =
                !name.equals(DomainNames.DEFAULT) && settings.dataSource().isEmpty();
        return isBean
                ? dataSourceBeans.find(name).orElseThrow(() -> DomainNames.withoutDataSource(name, Set.of(name)))
                : LockDataSource.find(settings.dataSource(), () -> dataSourceBeans.find(name));
    }

    private Made made(
            ConnectionSource source, DataSource transactional, String dataSource, List<LockListener> listening) {
        PostgresLocker core = new PostgresLocker(settings.locker(), source, listening);
        return new Made(core, core.transactionLocks(), transactional, dataSource);
    }

    /** Whether the application says where these locks live. */
    boolean hasDataSource() {
        return settings.dataSource().isPresent() || LockDataSource.isReferenced() || dataSourceBeans.has(name);
    }

    /** Whether it has been needed so far. */
    boolean isMade() {
        return made != null;
    }

    /**
     * A mistake fails the deployment; a database that is not up yet does not. In an EAR, the server's default data source may
     * have no name yet while the application starts; then the locker is made, and its data source looked up, by the first
     * call of a component.
     */
    void checkAtStart() {
        if (settings.dataSource().isEmpty() && !LockDataSource.isNamedYet() && !dataSourceBeans.has(name)) {
            Messages.dataSourceLater();
            return;
        }
        try {
            core().ping();
        } catch (LockDatabaseUnfitException | LockPrivilegeException e) {
            throw Messages.unfit(e);
        } catch (DeploymentException e) {
            throw Refusal.of(e);
        } catch (LockException e) {
            Messages.startedWithoutDatabase(name, made().dataSource(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeploymentException(e);
        }
    }

    /**
     * Releases all locks, while the listeners are still there. Beans that are destroyed after that may lock again, on another locker
     * without listeners.
     */
    synchronized void close() {
        if (made != null) {
            made.locker().close();
            made = null;
        }
        if (phase == Phase.RUNS) {
            phase = Phase.STOPS;
        }
    }

    /** Releases what those beans have left; from now on locks are refused. */
    synchronized void end() {
        close();
        phase = Phase.HAS_STOPPED;
    }
}
