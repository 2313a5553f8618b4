// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.definition.LockedAnnotations;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.SettingsSource;
import io.holdfast.lock.ee.transaction.JtaTransaction;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.spi.LockerFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Annotated;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.BeforeShutdown;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.ProcessBean;
import jakarta.enterprise.inject.spi.ProcessInjectionPoint;
import jakarta.enterprise.inject.spi.ProcessInjectionTarget;
import jakarta.enterprise.inject.spi.ProcessManagedBean;
import jakarta.enterprise.inject.spi.WithAnnotations;
import java.lang.annotation.Annotation;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds the domains that the application names, and adds a locker and its administration for each as beans. It keeps
 * the domains of the application, because the bean {@link Domains} may be destroyed before other beans, which may still
 * lock.
 */
public class LockDomainExtension implements Extension {

    private final Set<String> named = new ConcurrentSkipListSet<>();

    private final Set<String> provided = new ConcurrentSkipListSet<>();

    private final Set<Bean<?>> listeners = ConcurrentHashMap.newKeySet();

    /** The beans that replace the database, in tests. Written while the container starts. */
    private final Set<Bean<?>> factories = ConcurrentHashMap.newKeySet();

    /** Written while the container starts. */
    private volatile @Nullable Bean<Domains> beanOfDomains;

    /** Not a monitor, because the threads that wait for it may be virtual ones. */
    private final ReentrantLock reading = new ReentrantLock();

    /** Null until the domains are needed; written under the lock {@link #reading}. */
    private volatile @Nullable DomainSet domains;

    /** For the container. */
    public LockDomainExtension() {
        // Nothing to set up.
    }

    /** Returns the names that the application uses. */
    Set<String> named() {
        return named;
    }

    /** Returns the domains whose data source is a bean of the application. */
    Set<String> provided() {
        return provided;
    }

    // ---- finding the names

    void nameDomainOfDataSource(@Observes ProcessBean<?> event) {
        if (event.getBean().getTypes().contains(DataSource.class)) {
            namesIn(event.getBean().getQualifiers()).forEach(domain -> {
                named.add(domain);
                provided.add(domain);
            });
        }
    }

    void nameDomainOfInjectionPoint(@Observes ProcessInjectionPoint<?, ?> event) {
        namesIn(event.getInjectionPoint().getQualifiers()).forEach(named::add);
    }

    private static Stream<String> namesIn(Collection<Annotation> qualifiers) {
        return qualifiers.stream()
                .filter(LockDomain.class::isInstance)
                .map(qualifier -> ((LockDomain) qualifier).value());
    }

    void nameDomainsOfMethods(@Observes @WithAnnotations(Locked.class) ProcessAnnotatedType<?> event) {
        nameDomainsIn(event.getAnnotatedType());
    }

    /** Finds those of components that are not beans, such as message-driven ones. */
    void nameDomainsOfComponent(@Observes ProcessInjectionTarget<?> event) {
        nameDomainsIn(event.getAnnotatedType());
    }

    private void nameDomainsIn(AnnotatedType<?> type) {
        Stream.concat(Stream.of(type), type.getMethods().stream()).forEach(this::nameDomain);
    }

    private void nameDomain(Annotated annotated) {
        LockedAnnotations.of(annotated.getAnnotations().toArray(new Annotation[0])).stream()
                .map(Locked::domain)
                .filter(domain -> !domain.equals(DomainNames.DEFAULT))
                .forEach(named::add);
    }

    // ---- finding what replaces the database

    void rememberFactory(@Observes ProcessBean<?> event) {
        if (event.getBean().getTypes().contains(LockerFactory.class)) {
            factories.add(event.getBean());
        }
    }

    /**
     * Returns what replaces the database. The beans are remembered for the same reason as the one of the domains.
     *
     * @return the bean; empty if the locks are in the database
     * @throws jakarta.enterprise.inject.AmbiguousResolutionException if there are several, none of which is preferred
     */
    Optional<LockerFactory> factory(BeanManager beans) {
        return factories.isEmpty()
                ? Optional.empty()
                : Optional.of(reference(beans, beans.resolve(factories), LockerFactory.class));
    }

    /** Works also for beans that Payara does not show to an EAR's lib. */
    static <T> T reference(BeanManager beans, Bean<?> bean, Class<T> type) {
        return type.cast(beans.getReference(bean, type, beans.createCreationalContext(bean)));
    }

    // ---- adding the lockers

    void rememberBean(@Observes ProcessManagedBean<Domains> event) {
        beanOfDomains = event.getBean();
    }

    /** Payara does not show the beans of an EJB jar to an EAR's lib; an extension sees those of all modules. */
    void rememberListener(@Observes ProcessManagedBean<? extends LockListener> event) {
        listeners.add(event.getBean());
    }

    /** Returns the listeners of all modules of the application that are managed beans. */
    Set<Bean<?>> listeners() {
        return listeners;
    }

    void addLockers(@Observes AfterBeanDiscovery event, BeanManager beans) {
        try {
            for (String domain : DomainNames.find(SettingsSource.find(), named)) {
                addBean(
                        event,
                        domain,
                        Locker.class,
                        ManagedLocker.class,
                        () -> domain(beans, domain).locker());
                addBean(
                        event,
                        domain,
                        LockAdmin.class,
                        ManagedAdmin.class,
                        () -> domain(beans, domain).admin());
            }
        } catch (DeploymentException e) {
            event.addDefinitionError(e);
        }
    }

    /** The class of the bean is given because OpenWebBeans makes a client proxy that extends it. */
    private static <T> void addBean(
            AfterBeanDiscovery event,
            String domain,
            Class<T> type,
            Class<? extends T> beanClass,
            Supplier<T> instance) {
        event.<T>addBean()
                .beanClass(beanClass)
                .addTypes(type)
                .addQualifiers(LockDomain.Literal.of(domain), Any.Literal.INSTANCE)
                .scope(ApplicationScoped.class)
                .produceWith(lookup -> instance.get());
    }

    /**
     * Does not look the bean up by its type: Payara resolves the beans of an EAR's lib only for those of its modules.
     */
    private Domain domain(BeanManager beans, String name) {
        return reference(beans, Objects.requireNonNull(beanOfDomains), Domains.class)
                .get(name);
    }

    // ---- keeping the domains

    /** Returns the domains, which are read at the first call. */
    DomainSet domains(Supplier<DomainSet> source) {
        DomainSet present = domains;
        return present == null ? readOnce(source) : present;
    }

    private DomainSet readOnce(Supplier<DomainSet> source) {
        reading.lock();
        try {
            DomainSet present = domains;
            if (present == null) {
                present = source.get();
                domains = present;
            }
            return present;
        } finally {
            reading.unlock();
        }
    }

    /**
     * Finds what knows the transactions, which is used until the application has ended. Returns whether transactions
     * are seen.
     */
    boolean findTransactions(BeanManager beans) {
        return JtaTransaction.findRegistry(beans, this);
    }

    /** Closes the domains. To be called while the listeners, which are beans, still exist. */
    void close() {
        readDomains().forEach(Domain::close);
    }

    /** Runs when all beans are destroyed. */
    void end(@Observes BeforeShutdown event) {
        JtaTransaction.forgetRegistry(this);
        readDomains().forEach(Domain::end);
    }

    private List<Domain> readDomains() {
        DomainSet present = domains;
        return present == null ? List.of() : List.copyOf(present.byName().values());
    }
}
