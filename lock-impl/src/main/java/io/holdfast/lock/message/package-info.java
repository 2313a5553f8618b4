// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the parts that the catalogues of messages have in common. Uses {@code lock-api} and the JDK only.
 */
@NullMarked
package io.holdfast.lock.message;

import org.jspecify.annotations.NullMarked;
