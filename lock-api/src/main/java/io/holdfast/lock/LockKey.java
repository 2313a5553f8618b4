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
 * <p>It goes with one value without expressions; anything else fails the deployment, as do arrays. The value is taken as
 * text, by {@code toString()}. One that is null, or of a class that has no {@code toString()} of its own and so would have
 * another key in every JVM, is refused when the method is called, by {@link IllegalStateException}; the method is not run.
 * So is a text that makes the key longer than 4,096 bytes in UTF-8. Slashes in the text are left as they are, so that different
 * arguments can make one key: {@code "a/b"} and {@code "c"}, and {@code "a"} and {@code "b/c"}. Then calls exclude each other
 * that need not.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface LockKey {}
