// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.naming.ApplicationName;
import io.holdfast.lock.ee.observe.OptionalListeners;
import io.holdfast.lock.ee.observe.ServerProvided;
import io.holdfast.lock.ee.observe.Surroundings;
import io.holdfast.lock.ee.settings.ApplicationSettings;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.settings.SettingsSource;
import io.holdfast.lock.ee.settings.UnreadSettings;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.spi.LockerFactory;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The domains of one application. They are closed when it stops, while their data sources still exist. */
@ApplicationScoped
public class Domains {

    @Inject
    @Any
    private Instance<LockListener> listeners;

    @Inject
    @Any
    private Instance<Object> all;

    @Inject
    private Retrying retrying;

    @Inject
    private DataSourceBeans dataSourceBeans;

    @Inject
    private LockDomainExtension extension;

    @Inject
    private BeanManager beans;

    /** Looked up at start, on a thread of the container. */
    private volatile String application = ApplicationName.UNKNOWN;

    private final OptionalListeners optionalListeners = new OptionalListeners(new OfApplication());

    /** For the container. */
    public Domains() {
        // Nothing to set up.
    }

    /** Read late: if the creation of the bean read them, the container would hide the message about a wrong setting. */
    private DomainSet domains() {
        return extension.domains(this::read);
    }

    private DomainSet read() {
        // Applications may lock before the start is checked.
        extension.findTransactions(beans);
        UnreadSettings.report();
        Optional<LockerFactory> factory = extension.factory(beans);
        factory.ifPresent(Messages::withoutDatabase);
        ApplicationSettings settings = ApplicationSettings.read(
                SettingsSource.find(),
                extension.named(),
                factory.isPresent() ? extension.named() : extension.provided());
        Map<String, Domain> byName = new TreeMap<>();
        settings.domains()
                .forEach((name, ofDomain) -> byName.put(
                        name, new Domain(name, ofDomain, retrying, this::listeners, backend(name, ofDomain, factory))));
        return new DomainSet(settings, byName);
    }

    private BackendSource backend(String name, Settings settings, Optional<LockerFactory> factory) {
        return factory.<BackendSource>map(bean ->
                        new SuppliedBackend.Source(name, settings.locker().namespace(), bean))
                .orElseGet(() -> new PostgresBackend.Source(new DomainDataSource(name, settings, dataSourceBeans)));
    }

    private List<LockListener> listeners() {
        return Stream.of(listeners.stream(), listenersOfOtherModules(), optionalListeners.all().stream())
                .flatMap(Function.identity())
                .toList();
    }

    /** Those that this module does not see; each class once. */
    private Stream<LockListener> listenersOfOtherModules() {
        Map<Class<?>, Bean<?>> others = new LinkedHashMap<>();
        extension.listeners().forEach(bean -> others.put(bean.getBeanClass(), bean));
        listeners
                .handlesStream()
                .forEach(handle -> others.remove(handle.getBean().getBeanClass()));
        return others.values().stream().map(bean -> LockDomainExtension.reference(beans, bean, LockListener.class));
    }

    /**
     * Returns the settings of the application.
     *
     * @throws DeploymentException if they cannot be used
     */
    public ApplicationSettings settings() {
        return domains().settings();
    }

    /**
     * Returns a domain. Its existence is checked at start where the application names it in an annotation.
     *
     * @throws DeploymentException if there is no such domain
     */
    public Domain get(String name) {
        return find(name)
                .orElseThrow(() ->
                        DomainNames.withoutDataSource(name, domains().byName().keySet()));
    }

    /**
     * Finds a domain.
     *
     * @return the domain; empty if there is no such domain
     */
    public Optional<Domain> find(String name) {
        return Optional.ofNullable(domains().byName().get(name));
    }

    /**
     * Returns the domains that the application uses. An application that names its domains need not have a default one.
     */
    public List<Domain> wanted() {
        Collection<Domain> domains = domains().byName().values();
        return domains.stream()
                .filter(domain -> domains.size() == 1 || domain.isWanted())
                .toList();
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

    /** Creates this bean and that of the retries, for applications that lock while they start. */
    @SuppressWarnings("ReturnValueIgnored")
    public void create() {
        retrying.toString();
    }

    /**
     * Checks the domains. To be called when the application starts, on a thread of the container.
     *
     * @throws DeploymentException if one of them has a mistake
     */
    public void checkAtStart() {
        application = ApplicationName.find().orElse(ApplicationName.UNKNOWN);
        if (!extension.findTransactions(beans)) {
            Messages.transactionsNotSeen();
        }
        wanted().forEach(Domain::checkAtStart);
    }

    /**
     * Returns the name of the application as it was found at start.
     *
     * @return the name; {@link ApplicationName#UNKNOWN} if it was not found
     */
    public String application() {
        return application;
    }

    /** Runs after the observers of applications, which may lock. */
    void closeAtEnd(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER + 900) Shutdown event) {
        extension.close();
    }

    @PreDestroy
    void destroy() {
        extension.close();
        optionalListeners.stop();
    }

    /** What listeners that are not beans ask for. */
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
            return settings().tracesKeys();
        }
    }
}
