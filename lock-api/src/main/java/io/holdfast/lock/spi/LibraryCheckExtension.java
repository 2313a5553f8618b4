// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import io.holdfast.lock.Locked;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.ProcessInjectionTarget;
import jakarta.enterprise.inject.spi.WithAnnotations;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fails the deployment of an application that contains this library incompletely or more than once.
 *
 * <ul>
 *   <li>{@code lock-api} alone has no interceptor for {@link Locked}, so the methods would run without their locks
 *       (HOLDFAST-0078). Any interceptor with the binding {@link Locked} counts as an implementation for the classes
 *       whose class loader can load it. Therefore {@code lock-api} may be in the {@code lib} folder of an EAR, and
 *       {@code lock-impl} in each WAR that uses locks. An application without {@link Locked} needs no implementation.
 *   <li>If one class loader sees two copies of a jar, every part of the library would exist twice (HOLDFAST-0079).
 * </ul>
 *
 * @since 0.1.0
 */
public class LibraryCheckExtension implements Extension {

    private final Set<Class<?>> interceptors = ConcurrentHashMap.newKeySet();
    private final Set<Class<?>> locked = ConcurrentHashMap.newKeySet();

    /** Creates the extension; for the container. */
    public LibraryCheckExtension() {
        // There is nothing to set up.
    }

    void find(@Observes @WithAnnotations(Locked.class) ProcessAnnotatedType<?> event) {
        find(event.getAnnotatedType());
    }

    /**
     * Observes every bean, including one with a stereotype that carries the annotation, and components that are not
     * beans.
     */
    void find(@Observes ProcessInjectionTarget<?> event) {
        find(event.getAnnotatedType());
    }

    private void find(AnnotatedType<?> type) {
        if (type.isAnnotationPresent(Interceptor.class)) {
            if (type.isAnnotationPresent(Locked.class)) {
                interceptors.add(type.getJavaClass());
            }
        } else if (isLocked(type)) {
            locked.add(type.getJavaClass());
        }
    }

    private static boolean isLocked(AnnotatedType<?> type) {
        return carriesLocked(type.getAnnotations(), new HashSet<>())
                || type.getMethods().stream()
                        .anyMatch(method -> carriesLocked(method.getAnnotations(), new HashSet<>()));
    }

    /** Returns whether the annotation is present, directly or on a stereotype or another interceptor binding. */
    private static boolean carriesLocked(Collection<Annotation> annotations, Set<Class<?>> seen) {
        return annotations.stream()
                .map(Annotation::annotationType)
                .filter(seen::add)
                .anyMatch(type -> type == Locked.class || carriesLocked(Arrays.asList(type.getAnnotations()), seen));
    }

    void check(@Observes AfterBeanDiscovery event) {
        refuseProblems(event::addDefinitionError);
    }

    /** Reports what was found after the beans were discovered. */
    void check(@Observes AfterDeploymentValidation event) {
        refuseProblems(event::addDeploymentProblem);
    }

    private void refuseProblems(Consumer<Throwable> refuse) {
        requireOneCopy(refuse);
        requireImplementation(refuse);
        locked.clear();
    }

    private void requireImplementation(Consumer<Throwable> refuse) {
        String without = locked.stream()
                .filter(type -> interceptors.stream().noneMatch(interceptor -> isVisible(interceptor, type)))
                .map(Class::getName)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!without.isEmpty()) {
            refuse.accept(refusal("HOLDFAST-0078: no implementation of @Locked is visible to " + without
                    + ", so its methods would run without their locks. Add io.holdfast:lock-impl, in the same version"
                    + " as lock-api, to the WEB-INF/lib of the WAR or the lib of the EAR that contains the class. If"
                    + " lock-impl is there already, make sure that the container discovers its beans"));
        }
    }

    private static boolean isVisible(Class<?> interceptor, Class<?> user) {
        try {
            return Class.forName(interceptor.getName(), false, user.getClassLoader()) == interceptor;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Looks for copies with the class loaders of the classes that use the library. */
    private void requireOneCopy(Consumer<Throwable> refuse) {
        Set<String> copies = new TreeSet<>();
        Set<Class<?>> library = new HashSet<>(interceptors);
        library.add(Locked.class);
        for (Class<?> type : library) {
            Stream.concat(locked.stream(), Stream.of(type))
                    .map(Class::getClassLoader)
                    .distinct()
                    .map(loader -> copies(type, loader))
                    .filter(places -> places.size() > 1)
                    .forEach(copies::addAll);
        }
        if (!copies.isEmpty()) {
            refuse.accept(refusal("HOLDFAST-0079: the application contains Holdfast more than once, in "
                    + String.join(" and ", copies)
                    + ". Keep one lock-api and one lock-impl, of the same version, in the"
                    + " EAR's lib or the WAR's WEB-INF/lib"));
        }
    }

    /**
     * Returns the places where a class loader finds the class, without the name of the class itself. The class path of
     * an embedded server is not part of the application.
     */
    static Set<String> copies(Class<?> type, ClassLoader loader) {
        Set<String> copies = places(type, loader);
        ClassLoader ofJvm = ClassLoader.getSystemClassLoader();
        if (type.getClassLoader() != ofJvm) {
            copies.removeAll(places(type, ofJvm));
        }
        return copies;
    }

    private static Set<String> places(Class<?> type, ClassLoader loader) {
        String resource = type.getName().replace('.', '/') + ".class";
        try {
            return Collections.list(loader.getResources(resource)).stream()
                    .map(found -> found.toString().replaceFirst("!?/" + resource + "$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Creates an exception without a stack trace, which would only hide the message among hundreds of lines in the log.
     */
    private static DeploymentException refusal(String message) {
        DeploymentException refusal = new DeploymentException(message);
        refusal.setStackTrace(new StackTraceElement[0]);
        return refusal;
    }
}
