// SPDX-License-Identifier: Apache-2.0
/**
 * Public API: distributed locks that live in PostgreSQL as session-level advisory locks.
 *
 * <p>The words used throughout: a <em>key</em> names what is locked; a <em>holder</em> is whoever got a
 * {@link io.holdfast.lock.LockHandle} for it; a lock is <em>contended</em> while somebody else holds it, and
 * <em>lost</em> when it ended without the holder's doing. A <em>session</em> is one PostgreSQL backend behind one
 * connection; each held lock belongs to exactly one session.
 *
 * <p>Parameters, results and components are non-null unless annotated with JSpecify's {@code Nullable}; a null argument
 * where none is allowed is a {@link NullPointerException} that names the parameter. Durations are measured with the monotonic clock of the JVM.
 *
 * @see <a href="https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL manual,
 *     "Advisory Locks"</a>
 */
@NullMarked
package io.holdfast.lock;

import org.jspecify.annotations.NullMarked;
