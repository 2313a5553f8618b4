// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: runs {@code @Locked} methods under their locks.
 *
 * <p>Uses {@code definition}, {@code domain}, {@code settings} and {@code transaction}. Jakarta Concurrency, which the
 * server may lack, is named in {@link io.holdfast.lock.ee.locked.AsynchronousResult} only, which is loaded by the first
 * method with its {@code @Asynchronous}.
 */
@NullMarked
package io.holdfast.lock.ee.locked;

import org.jspecify.annotations.NullMarked;
