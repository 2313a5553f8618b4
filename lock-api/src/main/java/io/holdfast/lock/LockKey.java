// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes the value of a parameter a part of the key of a {@link Locked} method, without an expression. The values of all
 * parameters with this annotation are appended to {@link Locked#value()}, in the order of the parameters, each after a
 * slash. Here the key of {@code ship(42)} is {@code order/42}:
 *
 * <pre>{@code
 * @Locked("order")
 * public void ship(@LockKey long orderId) { ... }
 * }</pre>
 *
 * <p>The {@link Locked} annotation must have exactly one key, without expressions; otherwise the deployment fails. The
 * value is converted to text, which has to be the same in every JVM. These values are accepted:
 *
 * <ul>
 *   <li>text ({@link CharSequence}), numbers ({@link Number}), {@link Boolean}, {@link Character} and primitive types
 *   <li>enums, by their {@link Enum#name() name}
 *   <li>{@link java.util.UUID}, {@link java.net.URI}, {@link java.util.Locale}, {@link java.util.Currency} and the
 *       types of {@code java.time}
 *   <li>records of accepted values
 *   <li>other classes that declare a {@code toString()} method, which is trusted
 * </ul>
 *
 * <p>These values are not accepted: null, arrays, collections, maps, {@link java.util.Optional}, {@link java.util.Date}
 * and all other classes of the JDK, subclasses of these, proxies of {@link java.lang.reflect.Proxy}, and classes
 * without a {@code toString()} method of their own. If the declared type shows that no value can be accepted, the
 * deployment fails. Otherwise the call is refused with {@link IllegalStateException}, and the method does not run. The
 * same applies to a text that makes the key longer than 4,096 bytes in UTF-8.
 *
 * <p>Slashes in the text are kept as they are, so different arguments can result in the same key, such as {@code "a/b"}
 * and {@code "c"}, and {@code "a"} and {@code "b/c"}. Calls with these arguments exclude each other without need.
 *
 * @since 0.1.0
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface LockKey {}
