// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: locks in a Jakarta EE container. This package starts them, and the packages below it do the work. They may
 * change in any release; applications may name only what is in {@link io.holdfast.lock.integration}.
 *
 * <p>Uses {@code definition}, {@code domain} and {@code locked}.
 *
 * <p>A server may lack an optional API. If the type of a field or a signature of a bean or interceptor is missing, the
 * container drops that class without an error. So the classes that name an optional API are few, and the documentation
 * of their package lists them: MicroProfile Config in {@code settings}; MicroProfile Metrics, OpenTelemetry and
 * Micrometer in {@code observe}; MicroProfile Health and Jakarta REST in {@code operations}; Expression Language in
 * {@code key}; Jakarta Concurrency in {@code locked}; Jakarta Transactions in {@code transaction}; MicroProfile Fault
 * Tolerance and Jakarta REST in {@code integration}.
 */
@NullMarked
package io.holdfast.lock.ee;

import org.jspecify.annotations.NullMarked;
