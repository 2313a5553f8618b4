// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.LockKey;
import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.settings.Refusal;
import io.holdfast.lock.ee.settings.Settings;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.ProcessInjectionTarget;
import jakarta.enterprise.inject.spi.WithAnnotations;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Fails the deployment of an application that has a wrong {@link Locked}. Looks at every class that the container discovers as
 * a bean, and at components that are none, as message-driven beans, when it prepares their injection.
 *
 * @see <a href="https://jakarta.ee/specifications/cdi/4.0/">Jakarta CDI 4.0</a>, "Container lifecycle events"
 */
public class LockedExtension implements Extension {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    /** Open Liberty goes on to prepare components while the application starts. */
    private final Set<Class<?>> prepared = ConcurrentHashMap.newKeySet();

    private final Set<String> problems = ConcurrentHashMap.newKeySet();

    /** Whether it is too late to fail the deployment: what is found later, such as a servlet at its first request, fails by itself. */
    private volatile boolean isValidated;

    /** By the class of the bean. */
    private final Map<Class<?>, Map<Method, Locked>> locked = new ConcurrentHashMap<>();

    /** The value is what the key overrides. */
    private final Map<Method, Method> overriding = new ConcurrentHashMap<>();

    /** For the container. */
    public LockedExtension() {
        // Nothing to set up.
    }

    /** Also a class that turns out to be no bean. */
    void check(@Observes @WithAnnotations({Locked.class, LockKey.class}) ProcessAnnotatedType<?> event) {
        Class<?> type = event.getAnnotatedType().getJavaClass();
        check(type, () -> LockedChecks.of(type));
    }

    void check(@Observes ProcessInjectionTarget<?> event) {
        AnnotatedType<?> type = event.getAnnotatedType();
        if (prepared.add(type.getJavaClass())) {
            check(type.getJavaClass(), () -> LockedChecks.of(type));
        }
        if (isValidated) {
            report(event::addDefinitionError);
        }
    }

    private void check(Class<?> type, Supplier<LockedChecks> start) {
        try {
            LockedChecks checks = start.get();
            problems.addAll(checks.problems());
            overriding.putAll(checks.overriding());
            locked.put(type, checks.locked());
        } catch (LinkageError e) {
            // A class whose types the server lacks is no bean: the container drops it, or reports it.
            LOG.log(Level.DEBUG, type + " cannot be looked at", e);
        }
    }

    void tell(@Observes AfterBeanDiscovery event) {
        report(event::addDefinitionError);
    }

    /** What was found since then. */
    void tell(@Observes AfterDeploymentValidation event) {
        report(event::addDeploymentProblem);
        isValidated = true;
    }

    /**
     * Refuses what was found last, or shows only with what is set for the locks; of the latter the first.
     *
     * @param beans the beans of the application
     * @param settingsOfDomain finds the settings of a domain by its name
     * @throws DeploymentException if there is something to refuse
     */
    public void check(BeanManager beans, Function<String, Settings> settingsOfDomain) {
        LockingInterceptor.requireActive(beans);
        if (!problems.isEmpty()) {
            throw refusal();
        }
        locked.forEach((type, methods) -> methods.forEach((method, annotation) -> {
            try {
                new LockedMethod(type, method, annotation, settingsOfDomain.apply(annotation.domain()));
            } catch (IllegalStateException e) {
                throw Refusal.of(e.getMessage());
            }
        }));
    }

    /** With the annotation that the container has shown for the class or, of generated subclasses, for what they extend. */
    LockedMethod parse(LockedTarget target, Function<String, Settings> settingsOfDomain) {
        Class<?> type = target.beanClass();
        Method method = LockedChecks.behindBridge(target.method());
        while (type != Object.class && !locked.containsKey(type)) {
            type = type.getSuperclass();
        }
        if (type == Object.class) {
            return LockedMethod.of(new LockedTarget(target.beanClass(), method), settingsOfDomain);
        }
        Locked annotation = locked.get(type).get(method);
        return annotation == null
                ? LockedMethod.of(new LockedTarget(type, method), settingsOfDomain)
                : new LockedMethod(type, method, annotation, settingsOfDomain.apply(annotation.domain()));
    }

    private DeploymentException refusal() {
        return Refusal.of(String.join("\n", new TreeSet<>(problems)));
    }

    private void report(Consumer<Throwable> add) {
        if (!problems.isEmpty()) {
            add.accept(refusal());
            problems.clear();
        }
        overriding.forEach(Messages::overrideWithoutAnnotation);
        overriding.clear();
    }
}
