// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: one locker for each lock domain, with its data source, retries and circuit breaker.
 *
 * <p>Uses {@code definition}, {@code settings}, {@code naming}, {@code observe}, {@code transaction}, {@code postgres},
 * {@code postgres.config} and {@code postgres.transaction}.
 */
@NullMarked
package io.holdfast.lock.ee.domain;

import org.jspecify.annotations.NullMarked;
