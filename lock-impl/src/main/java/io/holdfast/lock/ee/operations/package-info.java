// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the health check and the operations endpoint.
 *
 * <p>Uses {@code domain}, {@code naming}, {@code settings} and {@code postgres}. MicroProfile Health, which the server
 * may lack, is named in {@link io.holdfast.lock.ee.operations.LockHealth} only, which beans.xml excludes where it is
 * missing; Jakarta REST in {@link io.holdfast.lock.ee.operations.LocksEndpoint} only, which is not a bean.
 */
@NullMarked
package io.holdfast.lock.ee.operations;

import org.jspecify.annotations.NullMarked;
