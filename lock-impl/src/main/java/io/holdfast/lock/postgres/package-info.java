// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the lock on PostgreSQL, without a container. May change in any release; nothing but the container layer and
 * tests may depend on it. It names no {@code jakarta} type but annotations.
 *
 * <p>Start reading at {@link io.holdfast.lock.postgres.PostgresLocker}.
 */
package io.holdfast.lock.postgres;
