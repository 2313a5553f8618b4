// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.key.KeyTemplate;
import io.holdfast.lock.ee.key.Mistake;
import io.holdfast.lock.ee.settings.Settings;
import jakarta.enterprise.inject.spi.Annotated;
import jakarta.enterprise.inject.spi.AnnotatedType;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks the {@code @Locked} methods of one class, without the settings. */
final class LockedChecks {

    private static final Set<String> CALLBACKS = Set.of(
            "jakarta.annotation.PostConstruct",
            "jakarta.annotation.PreDestroy",
            "jakarta.ejb.PostActivate",
            "jakarta.ejb.PrePassivate",
            "jakarta.inject.Inject",
            "jakarta.interceptor.AroundInvoke",
            "jakarta.interceptor.AroundTimeout");
    private static final String INTERCEPTOR = "jakarta.interceptor.Interceptor";
    private static final String DECORATOR = "jakarta.decorator.Decorator";
    private static final String SERVLET = "jakarta.servlet.GenericServlet";

    private final Class<?> type;

    /** Returns annotations as the container sees them, or as they are written. */
    private final Function<AnnotatedElement, Annotation[]> annotations;

    private final Set<String> problems = new LinkedHashSet<>();
    private final Map<Method, Locked> locked = new LinkedHashMap<>();
    private final Map<Method, Method> overriding = new LinkedHashMap<>();

    private LockedChecks(Class<?> type, Function<AnnotatedElement, Annotation[]> annotations) {
        this.type = type;
        this.annotations = annotations;
        checkClass();
    }

    /** Checks the annotations that are written in the class. */
    static LockedChecks of(Class<?> type) {
        return new LockedChecks(type, AnnotatedElement::getAnnotations);
    }

    /** Checks the annotations that the container sees, which extensions may have changed. */
    static LockedChecks of(AnnotatedType<?> type) {
        Map<AnnotatedElement, Annotated> seen = new HashMap<>();
        seen.put(type.getJavaClass(), type);
        type.getMethods().forEach(method -> seen.put(method.getJavaMember(), method));
        return new LockedChecks(
                type.getJavaClass(),
                element -> seen.containsKey(element)
                        ? seen.get(element).getAnnotations().toArray(new Annotation[0])
                        : element.getAnnotations());
    }

    /** Returns a message with its id for each problem. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** Returns the methods that have no problem, each with its annotation. */
    Map<Method, Locked> locked() {
        return locked;
    }

    /** Returns the methods that lose the annotation of the method that they override, which is the value. */
    Map<Method, Method> overriding() {
        return overriding;
    }

    // ---- the class

    private void checkClass() {
        checkInterfaces(type, new HashSet<>());
        if (type.isInterface()) {
            return;
        }
        List<Method> methods = BeanMethods.of(type, this::checkOverridden);
        Mistake reason = reasonWhyNothingIsIntercepted();
        if (reason != null) {
            refuseAll(methods, reason);
            return;
        }
        if (Modifier.isFinal(type.getModifiers())
                && (isLocked(type) || methods.stream().anyMatch(this::isMarked))) {
            add(type, Mistakes.FINAL_CLASS);
        }
        methods.forEach(this::checkMethod);
    }

    private void checkInterfaces(@Nullable Class<?> start, Set<Class<?>> seen) {
        if (start == null || start.isAnnotation() || !seen.add(start)) {
            return;
        }
        if (start.isInterface()) {
            if (isLocked(start)) {
                add(start, Mistakes.ON_INTERFACE);
            }
            Arrays.stream(start.getDeclaredMethods())
                    .filter(this::isMarked)
                    .forEach(method -> add(method, Mistakes.ON_INTERFACE));
        }
        checkInterfaces(start.getSuperclass(), seen);
        for (Class<?> implemented : start.getInterfaces()) {
            checkInterfaces(implemented, seen);
        }
    }

    /** Returns why no method of the class is intercepted; null if there is no reason. */
    private @Nullable Mistake reasonWhyNothingIsIntercepted() {
        Annotation[] ofClass = annotations.apply(type);
        if (ResultChecks.isAmong(ofClass, INTERCEPTOR)) {
            return Mistakes.OF_INTERCEPTOR;
        }
        if (ResultChecks.isAmong(ofClass, DECORATOR)) {
            return Mistakes.OF_DECORATOR;
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(SERVLET)) {
                return Mistakes.OF_SERVLET;
            }
        }
        return null;
    }

    private void refuseAll(List<Method> methods, Mistake reason) {
        // On the class of an interceptor, @Locked is the binding of what it intercepts.
        if (!reason.equals(Mistakes.OF_INTERCEPTOR) && isLocked(type)) {
            add(type, Mistakes.ofClass(reason));
        }
        methods.stream().filter(this::isMarked).forEach(method -> add(method, Mistakes.ofMethod(reason)));
    }

    // ---- its methods

    private void checkMethod(Method method) {
        boolean isLocked = isLocked(method);
        Mistake reason = reasonWhyNotIntercepted(method);
        if (!isLocked && KeyTemplate.hasKeyParameters(method) && (!isLocked(type) || reason != null)) {
            add(method, Mistakes.KEY_WITHOUT_LOCKED);
        } else if (isLocked && reason != null) {
            add(method, Mistakes.ofMethod(reason));
        } else if (isLocked && Modifier.isAbstract(method.getModifiers())) {
            add(method, Mistakes.ON_ABSTRACT);
        } else if (isLocked || isLocked(type) && reason == null) {
            checkAnnotation(method);
        }
    }

    private void checkAnnotation(Method method) {
        if (Modifier.isFinal(method.getModifiers())) {
            add(method, Mistakes.ofMethod(Mistakes.IS_FINAL));
            return;
        }
        try {
            Locked annotation =
                    requireNonNull(LockedMethodParser.find(method, annotations.apply(method), annotations.apply(type)));
            LockedMethodParser.parse(new LockedTarget(type, method), annotation, Settings.UNSET);
            locked.put(method, annotation);
        } catch (IllegalStateException e) {
            problems.add(e.getMessage());
        }
    }

    /** Returns why the method is not a business method; null if it is one. */
    private @Nullable Mistake reasonWhyNotIntercepted(Method method) {
        int modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers)) {
            return Mistakes.IS_PRIVATE;
        }
        if (Modifier.isStatic(modifiers)) {
            return Mistakes.IS_STATIC;
        }
        Annotation[] ofMethod = annotations.apply(method);
        boolean isCallback = CALLBACKS.stream().anyMatch(name -> ResultChecks.isAmong(ofMethod, name));
        return isCallback ? Mistakes.IS_CALLBACK : null;
    }

    private void checkOverridden(Method method, Method by) {
        if (method.getDeclaringClass() == by.getDeclaringClass() || !isLocked(method)) {
            return;
        }
        if (Modifier.isAbstract(method.getModifiers())) {
            add(method, Mistakes.ON_ABSTRACT);
        } else if (!isLocked(by) && !isLocked(type)) {
            overriding.put(by, method);
        }
    }

    private boolean isLocked(AnnotatedElement element) {
        return !LockedAnnotations.of(annotations.apply(element)).isEmpty();
    }

    private boolean isMarked(Method method) {
        return isLocked(method) || KeyTemplate.hasKeyParameters(method);
    }

    private void add(AnnotatedElement place, Mistake mistake) {
        problems.add(Messages.badAnnotation(place, mistake).getMessage());
    }
}
