// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.Locked;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with the {@code @Locked} methods of one class. */
final class LockedChecks {

    private static final Set<String> NOT_INTERCEPTED = Set.of(
            "jakarta.annotation.PostConstruct",
            "jakarta.annotation.PreDestroy",
            "jakarta.ejb.PostActivate",
            "jakarta.ejb.PrePassivate",
            "jakarta.inject.Inject",
            "jakarta.interceptor.AroundInvoke",
            "jakarta.interceptor.AroundTimeout");
    private static final String INTERCEPTOR = "jakarta.interceptor.Interceptor";
    private static final String ON_INTERFACE =
            "the annotation of an interface is not inherited, so methods would run without their lock; put it on the bean";

    private final Class<?> type;

    /** Inherited, too; null if there is none. */
    private final Locked ofClass;

    private final Set<String> problems = new LinkedHashSet<>();
    private final List<LockedTarget> targets = new ArrayList<>();

    private LockedChecks(Class<?> type) {
        this.type = type;
        this.ofClass = type.getAnnotation(Locked.class);
    }

    static LockedChecks of(Class<?> type) {
        LockedChecks checks = new LockedChecks(type);
        if (!LockedMethod.hasAnnotation(INTERCEPTOR, type.getAnnotations())) {
            checks.checkInterfaces(type, new HashSet<>());
            if (!type.isInterface()) {
                checks.checkClass();
            }
        }
        return checks;
    }

    /** Each as a message with its id. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** What has no problem. */
    List<LockedTarget> targets() {
        return targets;
    }

    private void checkInterfaces(Class<?> start, Set<Class<?>> seen) {
        if (start == null || !seen.add(start)) {
            return;
        }
        if (start.isInterface()) {
            if (start.isAnnotationPresent(Locked.class)) {
                add(start, ON_INTERFACE);
            }
            for (Method method : start.getDeclaredMethods()) {
                if (isMarked(method)) {
                    add(method, ON_INTERFACE);
                }
            }
        }
        checkInterfaces(start.getSuperclass(), seen);
        for (Class<?> implemented : start.getInterfaces()) {
            checkInterfaces(implemented, seen);
        }
    }

    private void checkClass() {
        List<Method> methods = methods();
        boolean isMarked = ofClass != null || methods.stream().anyMatch(LockedChecks::isMarked);
        if (isMarked && Modifier.isFinal(type.getModifiers())) {
            add(type, "a final class cannot be intercepted, so its methods would run without their lock");
        }
        methods.forEach(this::check);
    }

    private void check(Method method) {
        boolean own = method.isAnnotationPresent(Locked.class);
        String hindrance = hindrance(method);
        if (!own && KeyTemplate.hasKeyParameters(method) && (ofClass == null || hindrance != null)) {
            add(method, "it has a @LockKey, but no @Locked");
        } else if (own && hindrance != null) {
            add(method, hindrance + ", so it would run without its lock");
        } else if (own || ofClass != null && hindrance == null) {
            checkUse(method);
        }
    }

    private void checkUse(Method method) {
        if (Modifier.isFinal(method.getModifiers())) {
            add(method, "a final method cannot be intercepted, so it would run without its lock");
            return;
        }
        try {
            LockedTarget target = new LockedTarget(type, method);
            target.parse(domain -> Settings.UNSET);
            targets.add(target);
        } catch (IllegalStateException e) {
            problems.add(e.getMessage());
        }
    }

    /** Why the method is no business method; null if it is one. */
    private static String hindrance(Method method) {
        int modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers)) {
            return "a private method cannot be intercepted";
        }
        if (Modifier.isStatic(modifiers)) {
            return "a static method cannot be intercepted";
        }
        boolean isCallback =
                NOT_INTERCEPTED.stream().anyMatch(name -> LockedMethod.hasAnnotation(name, method.getAnnotations()));
        return isCallback
                ? "a method that the container calls itself, for injection or the life of the bean, is no business method"
                : null;
    }

    /** Of the class and its superclasses, without those that are overridden. */
    private List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        Set<List<Object>> seen = new HashSet<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                boolean isOverridden = !Modifier.isPrivate(method.getModifiers())
                        && !seen.add(List.of(method.getName(), List.of(method.getParameterTypes())));
                if (!isOverridden && !method.isSynthetic()) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    private static boolean isMarked(Method method) {
        return method.isAnnotationPresent(Locked.class) || KeyTemplate.hasKeyParameters(method);
    }

    private void add(AnnotatedElement where, String problem) {
        problems.add(Messages.badAnnotation(where, problem).getMessage());
    }
}
