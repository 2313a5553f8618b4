// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import io.holdfast.lock.postgres.session.SharedSessions;

/** How locks are spread over sessions of the server. */
public enum SessionMode {
    /** Every held lock has a session, and so a connection, of its own: the loss of one loses one lock. */
    PINNED,

    /**
     * Many locks on few sessions, at most {@value SharedSessions#LOCKS_PER_SESSION} on each: for applications that hold
     * more locks than they have connections. The loss of a session loses all its locks. Locks with an enforced lease have
     * a session of their own all the same, and so has each key that is waited for.
     */
    SHARED
}
