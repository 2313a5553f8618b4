// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: connections of the locker's data source, with the peculiarities of pools and of the driver. It may use the
 * packages {@code sql} and {@code config}.
 */
@NullMarked
package io.holdfast.lock.postgres.connection;

import org.jspecify.annotations.NullMarked;
