// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the locker on PostgreSQL, without a container, and the wiring of its parts. May change in any release; nothing but
 * the container layer and tests may depend on it. It may use {@code acquire}, {@code hold}, {@code transaction},
 * {@code session}, {@code sql}, {@code thread} and {@code config}. No package of the core names a {@code jakarta} type.
 *
 * <p>Start reading at {@link io.holdfast.lock.postgres.PostgresLocker}. The words:
 *
 * <dl>
 *   <dt>session
 *   <dd>A session of PostgreSQL behind one connection that nobody else uses. Advisory locks live on sessions.
 *   <dt>attempt
 *   <dd>One request to acquire one lock, from the call to the end of the lock.
 *   <dt>acquisition
 *   <dd>What an attempt does until it has a grant or an end.
 *   <dt>turn
 *   <dd>The place of an acquisition in the local queue of its key.
 *   <dt>grant
 *   <dd>The server's answer that a session has the lock.
 *   <dt>tenure
 *   <dd>The time from a grant until the unlock, or until its session ends.
 *   <dt>holder
 *   <dd>The one who has the lock during a tenure, through a handle.
 *   <dt>keeper
 *   <dd>A private thread on which the locker uses JDBC.
 *   <dt>lost, lapsed
 *   <dd>Lost: the server does not have the lock any more. Lapsed: its ttl has passed.
 *   <dt>suspect
 *   <dd>There was no proof for too long that the server has the lock.
 *   <dt>return, abort, terminate, retire
 *   <dd>The ends of a session: return its connection to the pool, abort it on this side, terminate it on the server, or retire
 *       it, which aborts it and has it terminated.
 *   <dt>dedicated, shared
 *   <dd>A dedicated session is for one lock, a shared one may have others, too. A lock of mode SHARED has several holders.
 * </dl>
 */
@NullMarked
package io.holdfast.lock.postgres;

import org.jspecify.annotations.NullMarked;
