// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes the value of a parameter part of the key of a {@link Locked} method, without an expression. The values of all
 * parameters so annotated are appended to {@link Locked#value()} in their order, each after a slash; here the key is
 * {@code order/42}:
 *
 * <pre>{@code
 * @Locked("order")
 * public void ship(@LockKey long orderId) { ... }   // ship(42)
 * }</pre>
 *
 * <p>It goes with one value without expressions; anything else fails the deployment. The value is taken as text, which has to be
 * the same in every JVM. Accepted are text ({@link CharSequence}), numbers ({@link Number}), {@link Boolean}, {@link Character},
 * primitive types, enums (by {@link Enum#name() name}), {@link java.util.UUID}, {@link java.net.URI}, {@link java.util.Locale},
 * {@link java.util.Currency}, the types of {@code java.time}, records of such, and other classes with a {@code toString()} of their
 * own, which is trusted. Not accepted are null, arrays, collections, maps, {@link java.util.Optional}, {@link java.util.Date} and
 * all other classes of the JDK, what extends one of these, proxies of {@link java.lang.reflect.Proxy}, and classes without
 * {@code toString()}. If the declared type shows it, the deployment fails; else the call is refused with
 * {@link IllegalStateException}, and the method is not run. So is a text that makes the key longer than 4,096 bytes in UTF-8.
 *
 * <p>Slashes in the text are left as they are, so that different arguments can make one key: {@code "a/b"} and {@code "c"}, and
 * {@code "a"} and {@code "b/c"}. Then calls exclude each other that need not.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface LockKey {}
