// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the way of an attempt from the local queue to the server's grant. It may use the packages {@code hold},
 * {@code session}, {@code sql}, {@code thread} and {@code config}.
 */
@NullMarked
package io.holdfast.lock.postgres.acquire;

import org.jspecify.annotations.NullMarked;
