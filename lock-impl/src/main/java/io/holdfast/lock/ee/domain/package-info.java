// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: one locker for each lock domain, with its data source, retries and circuit breaker.
 *
 * <p>Uses {@code settings}, {@code naming}, {@code transaction}, {@code observe} and the core.
 */
package io.holdfast.lock.ee.domain;
