// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.domain.LockedAnnotations;
import io.holdfast.lock.ee.key.KeyTemplate;
import io.holdfast.lock.ee.settings.Settings;
import jakarta.enterprise.inject.spi.Annotated;
import jakarta.enterprise.inject.spi.AnnotatedType;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

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
    private static final String DECORATOR = "jakarta.decorator.Decorator";
    private static final String SERVLET = "jakarta.servlet.GenericServlet";

    private static final String WITHOUT_LOCK = ", so it would run without its lock";

    /** A problem and its remedy. */
    private record Hindrance(String problem, String remedy) {}

    private static final Hindrance ON_INTERFACE = new Hindrance(
            "the annotation of an interface is not inherited, so methods would run without their lock",
            "Put it on the bean");
    private static final Hindrance ON_ABSTRACT = new Hindrance(
            "a method that implements an abstract one does not inherit its annotation" + WITHOUT_LOCK,
            "Put @Locked on the method that has the body");
    private static final Hindrance IS_PRIVATE = new Hindrance(
            "a private method cannot be intercepted",
            "Make it public, and call it from another bean, since calls within an object are not intercepted");
    private static final Hindrance IS_STATIC = new Hindrance(
            "a static method cannot be intercepted", "Make it an instance method, and call it on the injected bean");
    private static final Hindrance IS_FINAL =
            new Hindrance("a final method cannot be intercepted", "Remove final (in Kotlin: add open)");
    private static final Hindrance IS_CALLBACK = new Hindrance(
            "a method that the container calls itself, for injection or the life of the bean, is no business method",
            "Move the work to a @Locked method of another bean, and call that");
    private static final Hindrance OF_INTERCEPTOR =
            new Hindrance("an interceptor is not intercepted itself", "Put @Locked on the methods that it intercepts");
    private static final Hindrance OF_DECORATOR =
            new Hindrance("a decorator is not intercepted", "Put @Locked on the bean that it decorates");
    private static final Hindrance OF_SERVLET = new Hindrance(
            "a servlet calls its methods itself, which is not intercepted",
            "Move the work to a @Locked method of a bean, inject that, and call it");

    private final Class<?> type;

    /** As the container sees them, or as they are written. */
    private final Function<AnnotatedElement, Annotation[]> annotations;

    private final Set<String> problems = new LinkedHashSet<>();
    private final Map<Method, Locked> locked = new LinkedHashMap<>();
    private final Map<Method, Method> overriding = new LinkedHashMap<>();

    private LockedChecks(Class<?> type, Function<AnnotatedElement, Annotation[]> annotations) {
        this.type = type;
        this.annotations = annotations;
        check();
    }

    /** Of the annotations that are written there. */
    static LockedChecks of(Class<?> type) {
        return new LockedChecks(type, AnnotatedElement::getAnnotations);
    }

    /** With the annotations that extensions have added. */
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

    /** Each as a message with its id. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** The methods that have no problem, each with its annotation. */
    Map<Method, Locked> locked() {
        return locked;
    }

    /** The methods that lose the annotation of a method that they override, which is the value. */
    Map<Method, Method> overriding() {
        return overriding;
    }

    private void check() {
        checkInterfaces(type, new HashSet<>());
        if (type.isInterface()) {
            return;
        }
        List<Method> methods = methods();
        Hindrance ofClass = hindranceOfClass();
        if (ofClass != null) {
            checkHindered(methods, ofClass);
            return;
        }
        if (Modifier.isFinal(type.getModifiers())
                && (isLocked(type) || methods.stream().anyMatch(this::isMarked))) {
            add(
                    type,
                    "a final class cannot be intercepted, so its methods would run without their lock",
                    IS_FINAL.remedy);
        }
        methods.forEach(this::check);
    }

    private void checkInterfaces(Class<?> start, Set<Class<?>> seen) {
        if (start == null || start.isAnnotation() || !seen.add(start)) {
            return;
        }
        if (start.isInterface()) {
            if (isLocked(start)) {
                add(start, ON_INTERFACE);
            }
            Arrays.stream(start.getDeclaredMethods())
                    .filter(this::isMarked)
                    .forEach(method -> add(method, ON_INTERFACE));
        }
        checkInterfaces(start.getSuperclass(), seen);
        for (Class<?> implemented : start.getInterfaces()) {
            checkInterfaces(implemented, seen);
        }
    }

    /** Why no method of the class is intercepted; null if there is no reason. */
    private Hindrance hindranceOfClass() {
        Annotation[] ofClass = annotations.apply(type);
        if (LockedMethod.hasAnnotation(INTERCEPTOR, ofClass)) {
            return OF_INTERCEPTOR;
        }
        if (LockedMethod.hasAnnotation(DECORATOR, ofClass)) {
            return OF_DECORATOR;
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(SERVLET)) {
                return OF_SERVLET;
            }
        }
        return null;
    }

    private void checkHindered(List<Method> methods, Hindrance hindrance) {
        // On the class of an interceptor it is the binding of what it intercepts.
        if (hindrance != OF_INTERCEPTOR && isLocked(type)) {
            add(type, hindrance.problem + ", so its methods would run without their lock", hindrance.remedy);
        }
        methods.stream()
                .filter(this::isMarked)
                .forEach(method -> add(method, hindrance.problem + WITHOUT_LOCK, hindrance.remedy));
    }

    private void check(Method method) {
        boolean own = isLocked(method);
        Hindrance hindrance = hindrance(method);
        if (!own && KeyTemplate.hasKeyParameters(method) && (!isLocked(type) || hindrance != null)) {
            add(method, "it has a @LockKey, but no @Locked", "Add @Locked, or remove @LockKey");
        } else if (own && hindrance != null) {
            add(method, hindrance.problem + WITHOUT_LOCK, hindrance.remedy);
        } else if (own && Modifier.isAbstract(method.getModifiers())) {
            add(method, ON_ABSTRACT);
        } else if (own || isLocked(type) && hindrance == null) {
            checkUse(method);
        }
    }

    private void checkUse(Method method) {
        if (Modifier.isFinal(method.getModifiers())) {
            add(method, IS_FINAL.problem + WITHOUT_LOCK, IS_FINAL.remedy);
            return;
        }
        try {
            Locked annotation = LockedMethod.find(method, annotations.apply(method), annotations.apply(type));
            new LockedMethod(type, method, annotation, Settings.UNSET);
            locked.put(method, annotation);
        } catch (IllegalStateException e) {
            problems.add(e.getMessage());
        }
    }

    /** Why the method is no business method; null if it is one. */
    private Hindrance hindrance(Method method) {
        int modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers)) {
            return IS_PRIVATE;
        }
        if (Modifier.isStatic(modifiers)) {
            return IS_STATIC;
        }
        Annotation[] ofMethod = annotations.apply(method);
        return NOT_INTERCEPTED.stream().anyMatch(name -> LockedMethod.hasAnnotation(name, ofMethod))
                ? IS_CALLBACK
                : null;
    }

    /** Of the class and its superclasses, without those that are overridden. */
    private List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        Map<List<Object>, Method> seen = new HashMap<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            Method[] declared = c.getDeclaredMethods();
            // A bridge comes after the method that it leads to.
            Arrays.sort(declared, Comparator.comparing(Method::isSynthetic));
            for (Method method : declared) {
                if (method != behindBridge(method)) {
                    continue;
                }
                Method first = Modifier.isPrivate(method.getModifiers())
                        ? null
                        : seen.putIfAbsent(List.of(method.getName(), List.of(method.getParameterTypes())), method);
                if (first != null) {
                    checkOverridden(method, first);
                } else if (!method.isSynthetic()) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    /**
     * The method that was written, where compilers add a bridge to a public class for what it inherits from a class that is not
     * public; else the method itself, also if it is another bridge. Only the former has the names of the parameters.
     */
    static Method behindBridge(Method method) {
        Class<?> from = method.getDeclaringClass();
        if (!method.isBridge() || !Modifier.isPublic(from.getModifiers())) {
            return method;
        }
        for (Class<?> c = from.getSuperclass(); c != null; c = c.getSuperclass()) {
            for (Method inherited : c.getDeclaredMethods()) {
                if (hasSameSignature(method, inherited) && !inherited.isBridge()) {
                    return isInherited(inherited, from) ? inherited : method;
                }
            }
        }
        return method;
    }

    private static boolean hasSameSignature(Method one, Method other) {
        return one.getName().equals(other.getName())
                && one.getReturnType() == other.getReturnType()
                && Arrays.equals(one.getParameterTypes(), other.getParameterTypes());
    }

    /** If the class overrides it, the bridge leads to the override, which differs in its types. */
    private static boolean isInherited(Method method, Class<?> by) {
        return Modifier.isPublic(method.getModifiers())
                && !Modifier.isAbstract(method.getModifiers())
                && !Modifier.isPublic(method.getDeclaringClass().getModifiers())
                && Arrays.stream(by.getDeclaredMethods())
                        .noneMatch(candidate -> !candidate.isBridge() && overrides(candidate, method));
    }

    private static boolean overrides(Method candidate, Method method) {
        Class<?>[] own = candidate.getParameterTypes();
        Class<?>[] inherited = method.getParameterTypes();
        Type[] generic = method.getGenericParameterTypes();
        return candidate.getName().equals(method.getName())
                && own.length == inherited.length
                && IntStream.range(0, own.length)
                        .allMatch(i -> own[i] == inherited[i]
                                || inherited[i].isAssignableFrom(own[i]) && !(generic[i] instanceof Class));
    }

    private void checkOverridden(Method method, Method by) {
        if (method.getDeclaringClass() == by.getDeclaringClass() || !isLocked(method)) {
            return;
        }
        if (Modifier.isAbstract(method.getModifiers())) {
            add(method, ON_ABSTRACT);
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

    private void add(AnnotatedElement where, Hindrance hindrance) {
        add(where, hindrance.problem, hindrance.remedy);
    }

    private void add(AnnotatedElement where, String problem, String remedy) {
        problems.add(Messages.badAnnotation(where, problem, remedy).getMessage());
    }
}
