// SPDX-License-Identifier: Apache-2.0
/**
 * Public SPI: {@link io.holdfast.lock.spi.LockListener}, which a library implements to observe locks;
 * {@link io.holdfast.lock.spi.LockerFactory}, which a test kit implements to replace the database; and the extension of
 * CDI in {@code lock-api}, which the container finds by itself.
 */
@NullMarked
package io.holdfast.lock.spi;

import org.jspecify.annotations.NullMarked;
