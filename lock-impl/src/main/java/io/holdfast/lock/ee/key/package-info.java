// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: makes the keys of a call from the templates that {@code @Locked} contains.
 *
 * <p>Uses {@code lock-api} only. Jakarta Expression Language, which the server may lack, is named in
 * {@link io.holdfast.lock.ee.key.KeyExpression}, which the first key with an expression loads, and in the classes that
 * it uses: {@link io.holdfast.lock.ee.key.ExpressionContext}, {@link io.holdfast.lock.ee.key.ExpressionValues},
 * {@link io.holdfast.lock.ee.key.ReadOnlyResolver}, {@link io.holdfast.lock.ee.key.ArgumentResolver} and
 * {@link io.holdfast.lock.ee.key.RecordResolver}.
 */
@NullMarked
package io.holdfast.lock.ee.key;

import org.jspecify.annotations.NullMarked;
