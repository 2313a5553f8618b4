// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: parses and checks {@code @Locked} methods, when the application starts and at their first call.
 *
 * <p>Uses {@code key} and {@code settings}.
 */
@NullMarked
package io.holdfast.lock.ee.definition;

import org.jspecify.annotations.NullMarked;
