// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: sessions of the server, and how they are opened, proven to be fit, allocated to locks, asked, and ended. It
 * may use the packages {@code connection}, {@code sql}, {@code thread} and {@code config}.
 */
@NullMarked
package io.holdfast.lock.postgres.session;

import org.jspecify.annotations.NullMarked;
