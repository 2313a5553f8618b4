// SPDX-License-Identifier: Apache-2.0
/**
 * The classes of {@code lock-impl} that an application or an operator may name. Their names are stable; everything else
 * in {@code lock-impl} is internal.
 *
 * <p>Uses {@code ee.domain}, {@code ee.operations}, {@code postgres} and {@code postgres.config}. MicroProfile Fault
 * Tolerance, which the server may lack, is named in {@link io.holdfast.lock.integration.LockAcquisition} only, as an
 * annotation, which vanishes where its type is missing; Jakarta REST in
 * {@link io.holdfast.lock.integration.LocksResource} only, which is not a bean.
 * {@link io.holdfast.lock.integration.StandaloneLocker} and its builder need neither a container nor any of its types.
 */
@NullMarked
package io.holdfast.lock.integration;

import org.jspecify.annotations.NullMarked;
