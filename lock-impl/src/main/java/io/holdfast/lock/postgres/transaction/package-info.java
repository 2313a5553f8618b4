// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: locks of the caller's own transaction, on the caller's thread and connection. It may use the packages
 * {@code acquire}, {@code hold}, {@code session}, {@code sql}, {@code thread} and {@code config}.
 */
@NullMarked
package io.holdfast.lock.postgres.transaction;

import org.jspecify.annotations.NullMarked;
