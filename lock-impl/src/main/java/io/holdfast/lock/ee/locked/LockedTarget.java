// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import java.lang.reflect.Method;

/**
 * What {@code @Locked} stands for: a method, which may be inherited by several classes that are annotated differently.
 *
 * @param beanClass whose method it is, or the subclass that inherits it
 */
record LockedTarget(Class<?> beanClass, Method method) {}
