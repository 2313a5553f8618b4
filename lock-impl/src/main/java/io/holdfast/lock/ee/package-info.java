// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: locks in a Jakarta EE container. This package starts them; the packages below it do the work. Uses {@code domain} and
 * {@code locked}. They may change in any release;
 * what applications may name is in {@link io.holdfast.lock.integration}.
 *
 * <p>A server may lack an optional API. If a type of it stands in a field or signature of a bean or interceptor, the container drops that
 * class without an error. So each optional API is named in one class only, which the documentation of its package names: MicroProfile
 * Config in {@code settings}; Metrics, OpenTelemetry and Micrometer in {@code observe}; Health and Jakarta REST in {@code operations};
 * Expression Language in {@code key}; Jakarta Concurrency in {@code locked}; Jakarta Transactions in {@code transaction}. Fault
 * Tolerance is named in {@link io.holdfast.lock.integration.LockAcquisition}, as an annotation, which vanishes where its type is missing;
 * Jakarta REST also in {@link io.holdfast.lock.integration.LocksResource}, which is not a bean.
 */
package io.holdfast.lock.ee;
