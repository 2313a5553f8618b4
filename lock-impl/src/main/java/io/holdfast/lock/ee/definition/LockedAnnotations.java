// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.Locked;
import jakarta.enterprise.inject.Stereotype;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds {@link Locked} where CDI finds it: on the method or class itself, on its other interceptor bindings, and on the
 * stereotypes of a class.
 *
 * @see <a href="https://jakarta.ee/specifications/cdi/4.0/">Jakarta CDI 4.0</a>, "Interceptor bindings" and
 *     "Stereotypes"
 */
public final class LockedAnnotations {

    private LockedAnnotations() {}

    /**
     * Returns those annotations of one method, or of one class, that take effect.
     *
     * @return no annotation; one; or several, which is a mistake
     */
    public static Set<Locked> of(Annotation... annotations) {
        return of(annotations, new HashSet<>());
    }

    private static Set<Locked> of(Annotation[] annotations, Set<Class<?>> seen) {
        Set<Locked> direct = Arrays.stream(annotations)
                .filter(Locked.class::isInstance)
                .map(Locked.class::cast)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (direct.isEmpty()) {
            direct.addAll(carried(annotations, InterceptorBinding.class, seen));
        }
        if (direct.isEmpty()) {
            direct.addAll(carried(annotations, Stereotype.class, seen));
        }
        return direct;
    }

    private static Set<Locked> carried(Annotation[] annotations, Class<? extends Annotation> kind, Set<Class<?>> seen) {
        return Arrays.stream(annotations)
                .map(Annotation::annotationType)
                .filter(type -> type.isAnnotationPresent(kind) && seen.add(type))
                .flatMap(type -> of(type.getAnnotations(), seen).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
