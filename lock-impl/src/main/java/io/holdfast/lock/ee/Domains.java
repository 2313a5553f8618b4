// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.Locker;
import io.holdfast.lock.integration.LockAcquisition;
import io.holdfast.lock.spi.LockListener;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** The domains of one application: checked when it starts, and closed when it stops, while their data sources are still there. */
@ApplicationScoped
class Domains {

    @Inject
    @Any
    private Instance<LockListener> listeners;

    @Inject
    @Any
    private Instance<Object> all;

    @Inject
    private LockAcquisition acquisition;

    @Inject
    private DataSourceBeans dataSourceBeans;

    @Inject
    private LockDomainExtension extension;

    @Inject
    private LockedExtension locked;

    @Inject
    private BeanManager beans;

    /** Looked up at start, on a thread of the container. */
    private volatile String application = LockMetrics.UNKNOWN_APPLICATION;

    private final OptionalListeners optional = new OptionalListeners(this);

    /** Not when the bean is made: the container would hide what is wrong with a setting behind a message of its own. */
    private Map<String, Domain> domains() {
        return extension.domains(this::read);
    }

    private Map<String, Domain> read() {
        // Applications may lock before it is reported whether transactions are seen.
        extension.findTransactions(beans);
        UnreadSettings.find().forEach(Messages::unreadFile);
        Map<String, Domain> read = new TreeMap<>();
        Settings.readAll(SettingsSource.find(), extension.named(), extension.provided())
                .forEach((name, settings) -> read.put(name, domain(name, settings)));
        return read;
    }

    private Domain domain(String name, Settings settings) {
        return new Domain(name, settings, acquisition, this::listeners, dataSourceBeans);
    }

    private List<LockListener> listeners() {
        return Stream.concat(listeners.stream(), optional.all().stream()).toList();
    }

    /** Throws if there is none, which {@link #checkAtStart} tells earlier where it can. */
    Domain get(String name) {
        return find(name)
                .orElseThrow(
                        () -> Messages.domainWithoutDataSource(name, domains().keySet()));
    }

    Optional<Domain> find(String name) {
        return Optional.ofNullable(domains().get(name));
    }

    Settings settings(String domain) {
        return get(domain).settings();
    }

    LockedMethod parse(LockedTarget target) {
        return locked.parse(target, this::settings);
    }

    @Produces
    @ApplicationScoped
    Locker locker() {
        return get(Domain.DEFAULT).locker();
    }

    @Produces
    @ApplicationScoped
    LockAdmin admin() {
        return get(Domain.DEFAULT).admin();
    }

    /** Whether spans show the keys of locks, in whatever domain. */
    boolean traceKeys() {
        return settings(Domain.DEFAULT).traceKeys();
    }

    /** How long the databases of all domains have to answer the health check; empty if it is switched off. */
    Optional<Duration> healthTimeout() {
        return settings(Domain.DEFAULT).healthTimeout();
    }

    /** Who may look at the locks, in any domain; nobody if empty. */
    Optional<String> operationsRole() {
        return settings(Domain.DEFAULT).operationsRole();
    }

    /** Who may end a session that holds one of the locks, in any domain; nobody if empty. */
    Optional<String> terminateRole() {
        return settings(Domain.DEFAULT).terminateRole();
    }

    /** An application that names its domains may do without the default one. */
    List<Domain> wanted() {
        Collection<Domain> all = domains().values();
        return all.stream()
                .filter(domain -> all.size() == 1 || domain.isMade() || domain.hasDataSource())
                .toList();
    }

    /**
     * Static, and the bean is created on a thread that inherits no thread-locals: on the thread that starts an application, Payara 7
     * cannot create the beans of an EAR's lib. The checks look up data sources, so they need the container's thread.
     */
    static void checkAtStart(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) Startup event, Domains domains) {
        FutureTask<Void> creation = new FutureTask<>(domains::create, null);
        Thread thread = new Thread(null, creation, "holdfast-start", 0, false);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.setDaemon(true);
        thread.start();
        try {
            creation.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeploymentException(e);
        } catch (ExecutionException e) {
            throw new DeploymentException(e.getCause());
        }
        domains.check();
    }

    /** Calling it creates the bean, and that of the retries, for applications that lock while they start. */
    void create() {
        acquisition.toString();
    }

    /** What the server provides, for listeners that are no beans. */
    <T> Optional<T> serverProvided(Class<T> type) {
        return ServerProvided.find(type, all);
    }

    /** The name under which the container knows the application. */
    String application() {
        return application;
    }

    void check() {
        application = LockMetrics.application();
        LockingInterceptor.requireActive(beans);
        locked.check(this::settings);
        if (!extension.findTransactions(beans)) {
            Messages.transactionsNotSeen();
        }
        wanted().forEach(Domain::checkAtStart);
    }

    /** After those observers of applications that lock. */
    void closeAtEnd(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER + 900) Shutdown event) {
        extension.close();
    }

    @PreDestroy
    void destroy() {
        extension.close();
        optional.stop();
    }
}
