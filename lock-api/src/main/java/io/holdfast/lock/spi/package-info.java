// SPDX-License-Identifier: Apache-2.0
/** Public SPI: what a library that observes locks implements. */
package io.holdfast.lock.spi;
