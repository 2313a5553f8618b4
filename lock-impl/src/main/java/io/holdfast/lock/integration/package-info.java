// SPDX-License-Identifier: Apache-2.0
/**
 * The classes of {@code lock-impl} that an application or an operator may name. Their names are stable; everything else in
 * {@code lock-impl} is internal.
 */
package io.holdfast.lock.integration;
