// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the place of the lock in a Jakarta EE container. May change in any release; what applications may name is in
 * {@link io.holdfast.lock.integration}.
 *
 * <p>A bean or interceptor with a type in a field or signature that is missing on the server is dropped by the container without an
 * error. So each optional API is named in one place only: MicroProfile Config in
 * {@link io.holdfast.lock.ee.MicroProfileConfigSource}, inside method bodies; Fault Tolerance in
 * {@link io.holdfast.lock.integration.LockAcquisition}, as an annotation, which vanishes where its type is missing; Metrics,
 * OpenTelemetry and Micrometer in a listener each, {@link io.holdfast.lock.ee.MicroProfileMetrics},
 * {@link io.holdfast.lock.ee.OpenTelemetryMetrics}, {@link io.holdfast.lock.ee.OpenTelemetryTracing} and
 * {@link io.holdfast.lock.ee.MicrometerMetrics}, which {@link io.holdfast.lock.ee.OptionalListeners} makes where the API is present; Health
 * in {@link io.holdfast.lock.ee.LockHealth}, which beans.xml excludes where the API is missing; Jakarta REST in
 * {@link io.holdfast.lock.ee.LocksEndpoint} and {@link io.holdfast.lock.integration.LocksResource}, which are not beans; Expression
 * Language in {@link io.holdfast.lock.ee.KeyExpression}, which is loaded by the first key with an expression; Jakarta
 * Concurrency in {@link io.holdfast.lock.ee.AsynchronousResult}, which is loaded by the first method with its {@code @Asynchronous};
 * Jakarta Transactions in {@link io.holdfast.lock.ee.JtaTransaction}, which sees no transactions where they are missing.
 */
package io.holdfast.lock.ee;
