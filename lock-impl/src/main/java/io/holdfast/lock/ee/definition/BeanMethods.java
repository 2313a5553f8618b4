// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Finds the methods of a class, and sees through the bridges that compilers add. */
final class BeanMethods {

    private BeanMethods() {}

    /**
     * Returns the methods of the class and its superclasses, without those that are overridden.
     *
     * @param overridden receives each method that is overridden, and the method that overrides it
     */
    static List<Method> of(Class<?> type, BiConsumer<Method, Method> overridden) {
        List<Method> methods = new ArrayList<>();
        Map<List<Object>, Method> seen = new HashMap<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Method method : declared(c)) {
                Method overriding = Modifier.isPrivate(method.getModifiers())
                        ? null
                        : seen.putIfAbsent(List.of(method.getName(), List.of(method.getParameterTypes())), method);
                if (overriding != null) {
                    overridden.accept(method, overriding);
                } else if (!method.isSynthetic()) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    /** Returns bridges after the methods that they lead to, except bridges to methods of other classes. */
    private static List<Method> declared(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .sorted(Comparator.comparing(Method::isSynthetic))
                .filter(method -> method.equals(behindBridge(method)))
                .toList();
    }

    /**
     * Returns the method that was written. Compilers add a bridge to a public class for each method that it inherits
     * from a class that is not public; only the inherited method has the names of the parameters. Any other method,
     * even another kind of bridge, is returned itself.
     */
    static Method behindBridge(Method method) {
        Class<?> from = method.getDeclaringClass();
        if (!method.isBridge() || !Modifier.isPublic(from.getModifiers())) {
            return method;
        }
        for (Class<?> c = from.getSuperclass(); c != null; c = c.getSuperclass()) {
            Method inherited = written(c, method);
            if (inherited != null) {
                return isInherited(inherited, from) ? inherited : method;
            }
        }
        return method;
    }

    /** Returns the method of the class that has the signature of the bridge; null if there is none. */
    private static @Nullable Method written(Class<?> type, Method bridge) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> hasSameSignature(bridge, method) && !method.isBridge())
                .findFirst()
                .orElse(null);
    }

    private static boolean hasSameSignature(Method one, Method other) {
        return one.getName().equals(other.getName())
                && one.getReturnType() == other.getReturnType()
                && Arrays.equals(one.getParameterTypes(), other.getParameterTypes());
    }

    /** A class that overrides the method has a bridge that leads to the override, whose types differ. */
    private static boolean isInherited(Method method, Class<?> by) {
        return Modifier.isPublic(method.getModifiers())
                && !Modifier.isAbstract(method.getModifiers())
                && !Modifier.isPublic(method.getDeclaringClass().getModifiers())
                && Arrays.stream(by.getDeclaredMethods())
                        .noneMatch(candidate -> !candidate.isBridge() && overrides(candidate, method));
    }

    private static boolean overrides(Method candidate, Method method) {
        Class<?>[] types = candidate.getParameterTypes();
        Class<?>[] inherited = method.getParameterTypes();
        Type[] generic = method.getGenericParameterTypes();
        return candidate.getName().equals(method.getName())
                && types.length == inherited.length
                && IntStream.range(0, types.length)
                        .allMatch(i -> types[i] == inherited[i]
                                || inherited[i].isAssignableFrom(types[i]) && !(generic[i] instanceof Class));
    }
}
