// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the locker on PostgreSQL, without a container, and the wiring of its parts. It may change in any release;
 * only the container layer, the package {@code integration} and tests may depend on it. It may use {@code acquire},
 * {@code hold}, {@code transaction}, {@code session}, {@code sql}, {@code thread} and {@code config}. No package of the
 * core names a {@code jakarta} type.
 *
 * <p>Start reading at {@link io.holdfast.lock.postgres.PostgresLocker}. These are the words of the core:
 *
 * <dl>
 *   <dt>session
 *   <dd>A session of PostgreSQL, behind one connection that nobody else uses. Advisory locks live on sessions.
 *   <dt>attempt
 *   <dd>One request to acquire one lock, from the call to the end of the lock.
 *   <dt>acquisition
 *   <dd>The work for an attempt until the lock is granted, or the attempt ends without it.
 *   <dt>turn
 *   <dd>The place of an acquisition in the local queue of its key.
 *   <dt>grant
 *   <dd>The server's answer that a session has the lock.
 *   <dt>tenure
 *   <dd>The time from a grant until the unlock, or until the session ends.
 *   <dt>holder
 *   <dd>The user of the lock during a tenure, through a handle.
 *   <dt>keeper
 *   <dd>A private thread on which the locker uses JDBC.
 *   <dt>lost, lapsed
 *   <dd>A lock is lost if the server does not have it any more, and lapsed if its ttl has passed.
 *   <dt>suspect
 *   <dd>A lock is suspect if there was no proof for too long that the server has it.
 *   <dt>return, abort, terminate, retire
 *   <dd>The ends of a session. Its connection is returned to the pool, or it is aborted on this side, terminated on the
 *       server, or retired, which aborts it and has it terminated.
 *   <dt>dedicated, shared
 *   <dd>A dedicated session is for one lock, and a shared session may have several locks. Neither word refers to the
 *       mode of a lock: a lock of mode SHARED may have several holders.
 * </dl>
 */
@NullMarked
package io.holdfast.lock.postgres;

import org.jspecify.annotations.NullMarked;
