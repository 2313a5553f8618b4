// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the place of the lock in a Jakarta EE container. May change in any release, but for the name of
 * {@link io.holdfast.lock.ee.LocksResource}, which applications register.
 *
 * <p>What optional APIs are named where, since a bean or interceptor with a type missing on the server in a field or
 * signature is dropped by the container without an error: MicroProfile Config in
 * {@link io.holdfast.lock.ee.MicroProfileConfigSource} alone, inside method bodies; Fault Tolerance in
 * {@link io.holdfast.lock.integration.LockAcquisition} alone, as an annotation, which vanishes where its type is missing; Metrics,
 * OpenTelemetry and Micrometer in a listener each that nothing needs, {@link io.holdfast.lock.ee.MicroProfileMetrics},
 * {@link io.holdfast.lock.ee.OpenTelemetryMetrics}, {@link io.holdfast.lock.ee.OpenTelemetryTracing} and {@link io.holdfast.lock.ee.MicrometerMetrics}; Health in
 * {@link io.holdfast.lock.ee.LockHealth} alone; Jakarta REST in {@link io.holdfast.lock.ee.LocksResource} alone, which is no bean, and
 * which applications may register; Expression Language in
 * {@link io.holdfast.lock.ee.KeyExpression} alone, which is loaded by the first key with an expression.
 */
package io.holdfast.lock.ee;
