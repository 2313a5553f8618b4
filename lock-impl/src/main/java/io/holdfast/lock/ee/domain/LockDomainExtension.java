// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.SettingsSource;
import io.holdfast.lock.ee.transaction.JtaTransaction;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Makes a locker, and its administration, of each domain that the application or its settings name. */
public class LockDomainExtension implements Extension {

    private final Set<String> named = new ConcurrentSkipListSet<>();

    private final Set<String> provided = new ConcurrentSkipListSet<>();

    /** Written while the container starts. */
    private volatile Bean<Domains> domains;

    /**
     * By name; null until they are needed; written under the lock of this. Kept here, since the bean may be destroyed before others that still
     * lock.
     */
    private volatile Map<String, Domain> read;

    /** For the container. */
    public LockDomainExtension() {
        // Nothing to set up.
    }

    /** The domains that the application names. */
    Set<String> named() {
        return named;
    }

    /** Those whose data source is a bean of the application. */
    Set<String> provided() {
        return provided;
    }

    void find(@Observes ProcessBean<?> event) {
        if (event.getBean().getTypes().contains(DataSource.class)) {
            event.getBean().getQualifiers().stream()
                    .filter(LockDomain.class::isInstance)
                    .map(qualifier -> ((LockDomain) qualifier).value())
                    .forEach(domain -> {
                        named.add(domain);
                        provided.add(domain);
                    });
        }
    }

    Map<String, Domain> domains(Supplier<Map<String, Domain>> reading) {
        Map<String, Domain> present = read;
        return present == null ? read(reading) : present;
    }

    private synchronized Map<String, Domain> read(Supplier<Map<String, Domain>> reading) {
        if (read == null) {
            read = reading.get();
        }
        return read;
    }

    /** As {@link JtaTransaction#find}, until the application has ended. */
    boolean findTransactions(BeanManager beans) {
        return JtaTransaction.find(beans, this);
    }

    /** Those that are needed so far. */
    private List<Domain> made() {
        Map<String, Domain> present = read;
        return present == null ? List.of() : List.copyOf(present.values());
    }

    /** While the listeners, which are beans, are still there. */
    void close() {
        made().forEach(Domain::close);
    }

    /** When all beans are destroyed. */
    void end(@Observes BeforeShutdown event) {
        JtaTransaction.forget(this);
        made().forEach(Domain::end);
    }

    void find(@Observes ProcessInjectionPoint<?, ?> event) {
        event.getInjectionPoint().getQualifiers().stream()
                .filter(LockDomain.class::isInstance)
                .forEach(qualifier -> named.add(((LockDomain) qualifier).value()));
    }

    void find(@Observes @WithAnnotations(Locked.class) ProcessAnnotatedType<?> event) {
        find(event.getAnnotatedType());
    }

    /** Components that are no beans, as message-driven ones. */
    void find(@Observes ProcessInjectionTarget<?> event) {
        find(event.getAnnotatedType());
    }

    private void find(AnnotatedType<?> type) {
        add(type);
        type.getMethods().forEach(this::add);
    }

    private void add(Annotated annotated) {
        LockedAnnotations.of(annotated.getAnnotations().toArray(new Annotation[0])).stream()
                .map(Locked::domain)
                .filter(domain -> !domain.equals(DomainNames.DEFAULT))
                .forEach(named::add);
    }

    /** Not looked up by type: Payara resolves the beans of an EAR's lib for those of its modules only. */
    private Domains domains(BeanManager beans) {
        return (Domains) beans.getReference(domains, Domains.class, beans.createCreationalContext(domains));
    }

    void find(@Observes ProcessManagedBean<Domains> event) {
        domains = event.getBean();
    }

    void addLockers(@Observes AfterBeanDiscovery event, BeanManager beans) {
        try {
            for (String domain : DomainNames.find(SettingsSource.find(), named)) {
                add(
                        event,
                        Locker.class,
                        ManagedLocker.class,
                        domain,
                        () -> domains(beans).get(domain).locker());
                add(
                        event,
                        LockAdmin.class,
                        ManagedAdmin.class,
                        domain,
                        () -> domains(beans).get(domain).admin());
            }
        } catch (DeploymentException e) {
            event.addDefinitionError(e);
        }
    }

    /** OpenWebBeans makes a client proxy that extends the class of the bean. */
    private static <T> void add(
            AfterBeanDiscovery event, Class<T> type, Class<? extends T> beanClass, String domain, Supplier<T> made) {
        event.<T>addBean()
                .beanClass(beanClass)
                .addTypes(type)
                .addQualifiers(LockDomain.Literal.of(domain), Any.Literal.INSTANCE)
                .scope(ApplicationScoped.class)
                .produceWith(instance -> made.get());
    }
}
