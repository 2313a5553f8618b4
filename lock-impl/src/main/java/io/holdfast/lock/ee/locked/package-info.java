// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: runs {@code @Locked} methods under their locks, and checks their annotations.
 *
 * <p>Uses {@code domain}, {@code transaction}, {@code settings} and {@code key}. Jakarta Concurrency, which the server may lack, is named in
 * {@link io.holdfast.lock.ee.locked.AsynchronousResult} only, which is loaded by the first method with its {@code @Asynchronous}.
 */
package io.holdfast.lock.ee.locked;
