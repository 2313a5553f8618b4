// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

/** The way in which locks are distributed over sessions of the server. */
public enum SessionMode {
    /** Each lock has its own session, and so its own connection. The loss of a session loses one lock. */
    PINNED,

    /**
     * Many locks live on few sessions, at most 128 on each. This is for
     * applications that hold more locks than they have connections. The loss of a session loses all its locks. A lock
     * with an enforced lease nevertheless has its own session, and so does each key that is waited for.
     */
    SHARED
}
