// SPDX-License-Identifier: Apache-2.0
/**
 * Public API: distributed locks that PostgreSQL keeps as advisory locks.
 *
 * <p>These words are used throughout: a <em>key</em> is the name of what is locked. A <em>holder</em> is a caller that
 * was granted a lock, and has a {@link io.holdfast.lock.LockHandle} for it. A lock is <em>contended</em> while another
 * caller holds it. It is <em>lost</em> if it has ended although its holder did not end it, and has <em>lapsed</em> if
 * its <em>ttl</em>, the time to live after the last refresh, has passed. A <em>session</em> is one backend process of
 * PostgreSQL behind one connection; each held lock belongs to exactly one session.
 *
 * <p>Parameters, results and components are non-null unless they are annotated with
 * {@code org.jspecify.annotations.Nullable}. A null that is not allowed results in a {@link NullPointerException} that
 * names the parameter. Durations are measured with the monotonic clock of the JVM.
 *
 * @see <a href="https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL manual,
 *     "Advisory Locks"</a>
 */
@NullMarked
package io.holdfast.lock;

import org.jspecify.annotations.NullMarked;
