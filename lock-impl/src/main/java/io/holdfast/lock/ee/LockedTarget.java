// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import java.lang.reflect.Method;
import java.util.function.Function;

/**
 * What {@code @Locked} stands for: a method, which may be inherited by several classes that are annotated differently.
 *
 * @param beanClass whose method it is, or the subclass that inherits it
 */
record LockedTarget(Class<?> beanClass, Method method) {

    /** Throws {@link IllegalStateException} if the annotation, or what is set for its locks, cannot be used. */
    LockedMethod parse(Function<String, Settings> settingsOfDomain) {
        return LockedMethod.of(beanClass, method, settingsOfDomain);
    }
}
