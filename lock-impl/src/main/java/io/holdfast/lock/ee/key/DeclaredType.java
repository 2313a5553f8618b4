// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the declared type of the value of an expression that is a parameter or a chain of its properties. */
final class DeclaredType {

    private static final Pattern CHAIN =
            Pattern.compile("(?U)#\\{\\s*(?<parameter>\\w+)(?<properties>(?:\\.\\w+(?:\\(\\))?)*)\\s*}");

    private DeclaredType() {}

    /** Returns the type; empty if only a call can show it. */
    static Optional<Class<?>> of(String expression, MethodParameters parameters) {
        Matcher chain = CHAIN.matcher(expression);
        if (!chain.matches()) {
            return Optional.empty();
        }
        Optional<Class<?>> type = parameters.typeOf(chain.group("parameter"));
        String properties = chain.group("properties");
        for (String property :
                properties.isEmpty() ? new String[0] : properties.substring(1).split("\\.")) {
            type = type.flatMap(base -> typeOf(property, base));
        }
        return type;
    }

    private static Optional<Class<?>> typeOf(String property, Class<?> base) {
        if (property.endsWith("()")) {
            String name = property.substring(0, property.length() - 2);
            return result(base, candidate -> candidate.getName().equals(name));
        }
        if (base.isArray() || Map.class.isAssignableFrom(base) || Collection.class.isAssignableFrom(base)) {
            return Optional.empty();
        }
        Optional<Class<?>> component = components(base)
                .filter(candidate -> candidate.getName().equals(property))
                .findFirst()
                .map(RecordComponent::getType);
        String suffix = property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
        return component.or(() -> result(
                base,
                candidate -> candidate.getName().equals("get" + suffix)
                        || candidate.getName().equals("is" + suffix)));
    }

    private static Stream<RecordComponent> components(Class<?> base) {
        return base.isRecord() ? Arrays.stream(base.getRecordComponents()) : Stream.empty();
    }

    private static Optional<Class<?>> result(Class<?> base, Predicate<Method> isMeant) {
        return Arrays.stream(base.getMethods())
                .filter(candidate -> candidate.getParameterCount() == 0 && !candidate.isBridge())
                .filter(isMeant)
                .findFirst()
                .map(Method::getReturnType);
    }
}
