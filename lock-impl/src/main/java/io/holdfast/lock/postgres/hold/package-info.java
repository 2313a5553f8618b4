// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: a granted lock until its end, and the proofs that it is held. It may use the packages {@code session},
 * {@code connection}, {@code sql}, {@code thread} and {@code config}.
 */
@NullMarked
package io.holdfast.lock.postgres.hold;

import org.jspecify.annotations.NullMarked;
