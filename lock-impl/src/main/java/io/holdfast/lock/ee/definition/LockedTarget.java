// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import java.lang.reflect.Method;

/**
 * A method of a bean. Several classes that are annotated differently may inherit the same method.
 *
 * @param beanClass the class of the bean, which has or inherits the method
 * @param method the method
 */
public record LockedTarget(Class<?> beanClass, Method method) {}
