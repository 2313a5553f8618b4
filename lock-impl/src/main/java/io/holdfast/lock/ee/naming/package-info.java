// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: what JNDI knows: data sources and the name of the application.
 *
 * <p>Uses {@code settings}.
 */
@NullMarked
package io.holdfast.lock.ee.naming;

import org.jspecify.annotations.NullMarked;
