// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: what a locker is made of: its configuration, its connections and its listeners. It may use {@code lock-api}
 * only.
 */
@NullMarked
package io.holdfast.lock.postgres.config;

import org.jspecify.annotations.NullMarked;
