// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.LockKey;
import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.settings.Refusal;
import io.holdfast.lock.ee.settings.Settings;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.AnnotatedType;
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
 * Fails the deployment of an application that has a wrong {@link Locked}. It checks every class that the container
 * discovers as a bean, and components that are not beans, such as message-driven beans, when the container prepares
 * their injection.
 *
 * @see <a href="https://jakarta.ee/specifications/cdi/4.0/">Jakarta CDI 4.0</a>, "Container lifecycle events"
 */
public class LockedExtension implements Extension {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    /** The components that were checked. Open Liberty prepares further ones while the application starts. */
    private final Set<Class<?>> prepared = ConcurrentHashMap.newKeySet();

    private final Set<String> problems = ConcurrentHashMap.newKeySet();

    /**
     * Whether it is too late to fail the deployment. A component that is found later, such as a servlet at its first
     * request, fails by itself.
     */
    private volatile boolean isValidated;

    /** The annotated methods of each class of a bean. */
    private final Map<Class<?>, Map<Method, Locked>> locked = new ConcurrentHashMap<>();

    /** The methods that lose an annotation, each with the method that it overrides. */
    private final Map<Method, Method> overriding = new ConcurrentHashMap<>();

    /** For the container. */
    public LockedExtension() {
        // Nothing to set up.
    }

    // ---- checking classes

    /** Also checks a class that turns out not to be a bean. */
    void checkClass(@Observes @WithAnnotations({Locked.class, LockKey.class}) ProcessAnnotatedType<?> event) {
        Class<?> type = event.getAnnotatedType().getJavaClass();
        add(type, () -> LockedChecks.of(type));
    }

    void checkComponent(@Observes ProcessInjectionTarget<?> event) {
        AnnotatedType<?> type = event.getAnnotatedType();
        if (prepared.add(type.getJavaClass())) {
            add(type.getJavaClass(), () -> LockedChecks.of(type));
        }
        if (isValidated) {
            report(event::addDefinitionError);
        }
    }

    private void add(Class<?> type, Supplier<LockedChecks> start) {
        try {
            LockedChecks checks = start.get();
            problems.addAll(checks.problems());
            overriding.putAll(checks.overriding());
            locked.put(type, checks.locked());
        } catch (LinkageError e) {
            // A class whose types the server lacks is not a bean: the container drops it, or reports it.
            LOG.log(Level.DEBUG, type + " cannot be checked", e);
        }
    }

    // ---- reporting problems

    void reportAfterDiscovery(@Observes AfterBeanDiscovery event) {
        report(event::addDefinitionError);
    }

    /** Reports what was found after the discovery of beans. */
    void reportAfterValidation(@Observes AfterDeploymentValidation event) {
        report(event::addDeploymentProblem);
        isValidated = true;
    }

    private void report(Consumer<Throwable> add) {
        if (!problems.isEmpty()) {
            add.accept(refusal());
            problems.clear();
        }
        overriding.forEach(Messages::overrideWithoutAnnotation);
        overriding.clear();
    }

    private DeploymentException refusal() {
        return Refusal.of(String.join("\n", new TreeSet<>(problems)));
    }

    // ---- parsing methods

    /**
     * Checks the annotations against the settings, and reports what was found last.
     *
     * @param settingsOfDomain finds the settings of a domain by its name
     * @throws DeploymentException if there is a problem
     */
    public void checkAtStart(Function<String, Settings> settingsOfDomain) {
        if (!problems.isEmpty()) {
            throw refusal();
        }
        locked.forEach((type, methods) -> methods.forEach((method, annotation) -> {
            try {
                parse(new LockedTarget(type, method), annotation, settingsOfDomain);
            } catch (IllegalStateException e) {
                throw Refusal.of(e.getMessage());
            }
        }));
    }

    /**
     * Parses a method with the annotation that the container has shown for its class, or for the class that a generated
     * class extends.
     *
     * @param settingsOfDomain finds the settings of a domain by its name
     * @throws IllegalStateException if the annotation cannot be used; it names the method
     */
    public LockedMethod parse(LockedTarget target, Function<String, Settings> settingsOfDomain) {
        Method method = BeanMethods.behindBridge(target.method());
        Class<?> type = target.beanClass();
        while (type != Object.class && !locked.containsKey(type)) {
            type = type.getSuperclass();
        }
        Map<Method, Locked> methods = locked.get(type);
        if (methods == null) {
            return LockedMethodParser.parse(new LockedTarget(target.beanClass(), method), settingsOfDomain);
        }
        LockedTarget shown = new LockedTarget(type, method);
        Locked annotation = methods.get(method);
        return annotation == null
                ? LockedMethodParser.parse(shown, settingsOfDomain)
                : parse(shown, annotation, settingsOfDomain);
    }

    private static LockedMethod parse(
            LockedTarget target, Locked annotation, Function<String, Settings> settingsOfDomain) {
        return LockedMethodParser.parse(target, annotation, settingsOfDomain.apply(annotation.domain()));
    }
}
