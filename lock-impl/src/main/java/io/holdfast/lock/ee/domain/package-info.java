// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: one locker for each lock domain, with its data source, retries and circuit breaker.
 *
 * <p>Uses {@code settings}, {@code naming}, {@code transaction}, {@code observe}, {@code postgres},
 * {@code postgres.transaction} and {@code postgres.config}.
 */
package io.holdfast.lock.ee.domain;
