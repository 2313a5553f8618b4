// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The names that expressions may use for the parameters of a method. Each parameter has a name by its place, such as
 * {@code arg0}, which is also its name in a class that was compiled without names. A real name takes precedence.
 */
final class MethodParameters {

    private static final String BY_PLACE = "arg";

    private final Method method;
    private final Map<String, Integer> indexes = new HashMap<>();

    MethodParameters(Method method) {
        this.method = method;
        Parameter[] all = method.getParameters();
        for (int i = 0; i < all.length; i++) {
            indexes.put(BY_PLACE + i, i);
        }
        for (int i = 0; i < all.length; i++) {
            indexes.put(all[i].getName(), i);
        }
    }

    boolean contain(String name) {
        return indexes.containsKey(name);
    }

    /** Returns the place of a parameter among the arguments of a call; null if there is no such parameter. */
    @Nullable
    Integer indexOf(String name) {
        return indexes.get(name);
    }

    Optional<Class<?>> typeOf(String name) {
        return Optional.ofNullable(indexes.get(name)).map(index -> method.getParameterTypes()[index]);
    }

    /** Whether a name or a number in braces is most likely meant as a parameter. */
    boolean areMeantBy(String nameOrNumber) {
        boolean mayBeAnyName = method.getParameterCount() > 0 && !areNamed();
        return mayBeAnyName || contain(nameOrNumber) || contain(BY_PLACE + nameOrNumber);
    }

    /** Whether the class was compiled with the names of parameters. */
    boolean areNamed() {
        return method.getParameterCount() == 0 || method.getParameters()[0].isNamePresent();
    }

    List<String> names() {
        return Arrays.stream(method.getParameters()).map(Parameter::getName).toList();
    }
}
