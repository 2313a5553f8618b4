// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: metrics, traces and CDI events of locks.
 *
 * <p>Uses {@code naming}. MicroProfile Metrics, Micrometer and OpenTelemetry, which the server may lack, are named in
 * one listener each: {@link io.holdfast.lock.ee.observe.MicroProfileMetrics},
 * {@link io.holdfast.lock.ee.observe.MicrometerMetrics}, {@link io.holdfast.lock.ee.observe.OpenTelemetryMetrics} and
 * {@link io.holdfast.lock.ee.observe.OpenTelemetryTracing}. {@link io.holdfast.lock.ee.observe.OptionalListeners} makes
 * those whose API is present.
 */
@NullMarked
package io.holdfast.lock.ee.observe;

import org.jspecify.annotations.NullMarked;
