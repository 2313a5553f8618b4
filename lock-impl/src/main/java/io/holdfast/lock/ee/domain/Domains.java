// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.naming.ApplicationName;
import io.holdfast.lock.ee.observe.OptionalListeners;
import io.holdfast.lock.ee.observe.ServerProvided;
import io.holdfast.lock.ee.observe.Surroundings;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.settings.SettingsSource;
import io.holdfast.lock.ee.settings.UnreadSettings;
import io.holdfast.lock.spi.LockListener;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
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
import java.util.stream.Stream;

/** The domains of one application: checked when it starts, and closed when it stops, while their data sources are still there. */
@ApplicationScoped
public class Domains {

    /** For the container. */
    public Domains() {
        // Nothing to set up.
    }

    @Inject
    @Any
    private Instance<LockListener> listeners;

    @Inject
    @Any
    private Instance<Object> all;

    @Inject
    private Retrying acquisition;

    @Inject
    private DataSourceBeans dataSourceBeans;

    @Inject
    private LockDomainExtension extension;

    @Inject
    private BeanManager beans;

    /** Looked up at start, on a thread of the container. */
    private volatile String application = ApplicationName.UNKNOWN;

    private final OptionalListeners optional = new OptionalListeners(new OfApplication());

    /** Not when the bean is made: the container would hide what is wrong with a setting behind a message of its own. */
    private Map<String, Domain> domains() {
        return extension.domains(this::read);
    }

    private Map<String, Domain> read() {
        // Applications may lock before it is reported whether transactions are seen.
        extension.findTransactions(beans);
        UnreadSettings.report();
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

    /**
     * Returns a domain. Whether it exists is checked at start, where that is known.
     *
     * @param name its name
     * @return the domain
     * @throws DeploymentException if there is none of the name
     */
    public Domain get(String name) {
        return find(name)
                .orElseThrow(() -> DomainNames.withoutDataSource(name, domains().keySet()));
    }

    /**
     * Finds a domain.
     *
     * @param name its name
     * @return the domain; empty if there is none of the name
     */
    public Optional<Domain> find(String name) {
        return Optional.ofNullable(domains().get(name));
    }

    /**
     * Returns the settings of a domain.
     *
     * @param domain its name
     * @return the settings
     * @throws DeploymentException if there is none of the name
     */
    public Settings settings(String domain) {
        return get(domain).settings();
    }

    @Produces
    @ApplicationScoped
    Locker locker() {
        return get(DomainNames.DEFAULT).locker();
    }

    @Produces
    @ApplicationScoped
    LockAdmin admin() {
        return get(DomainNames.DEFAULT).admin();
    }

    /**
     * How long the databases of all domains have to answer the health check.
     *
     * @return the limit; empty if the check is switched off
     */
    public Optional<Duration> healthTimeout() {
        return settings(DomainNames.DEFAULT).healthTimeout();
    }

    /**
     * Who may look at the locks, in any domain.
     *
     * @return the role; empty for nobody
     */
    public Optional<String> operationsRole() {
        return settings(DomainNames.DEFAULT).operationsRole();
    }

    /**
     * Who may end a session that holds one of the locks, in any domain.
     *
     * @return the role; empty for nobody
     */
    public Optional<String> terminateRole() {
        return settings(DomainNames.DEFAULT).terminateRole();
    }

    /**
     * The domains that the application uses. One that names its domains may do without the default one.
     *
     * @return the domains
     */
    public List<Domain> wanted() {
        Collection<Domain> all = domains().values();
        return all.stream()
                .filter(domain -> all.size() == 1 || domain.isMade() || domain.hasDataSource())
                .toList();
    }

    /** Creates this bean, and that of the retries, for applications that lock while they start. */
    public void create() {
        acquisition.toString();
    }

    /**
     * The name under which the container knows the application, as it was found at start.
     *
     * @return the name
     */
    public String application() {
        return application;
    }

    /** Checks the domains. To be called when the application starts, on a thread of the container. */
    public void checkAtStart() {
        application = ApplicationName.find().orElse(ApplicationName.UNKNOWN);
        if (!extension.findTransactions(beans)) {
            io.holdfast.lock.ee.transaction.Messages.transactionsNotSeen();
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

    /** For listeners, which are no beans. */
    private final class OfApplication implements Surroundings {

        @Override
        public <T> Optional<T> provided(Class<T> type) {
            return ServerProvided.find(type, all);
        }

        @Override
        public String application() {
            return application;
        }

        @Override
        public boolean tracesKeys() {
            return settings(DomainNames.DEFAULT).traceKeys();
        }
    }
}
