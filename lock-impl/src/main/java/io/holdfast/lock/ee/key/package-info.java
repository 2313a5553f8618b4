// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: makes the keys of a call from the templates that {@code @Locked} contains.
 *
 * <p>Uses {@code lock-api} only. Jakarta Expression Language, which the server may lack, is named in
 * {@link io.holdfast.lock.ee.key.KeyExpression} only, which is loaded by the first key with an expression.
 */
package io.holdfast.lock.ee.key;
