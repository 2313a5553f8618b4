// SPDX-License-Identifier: Apache-2.0
/** Public SPI: what a library that observes locks implements; and what the container finds in {@code lock-api} by itself. */
@NullMarked
package io.holdfast.lock.spi;

import org.jspecify.annotations.NullMarked;
