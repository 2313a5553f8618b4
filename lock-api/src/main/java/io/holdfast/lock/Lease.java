// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/** What happens to a lock whose {@linkplain LockRequest#ttl() ttl} passes without a refresh. */
public enum Lease {
    /**
     * The handle says {@link LockState#LAPSED} and refuses refresh and release with {@link LockNotHeldException}, but
     * PostgreSQL keeps the lock until the handle is released or closed, or its session ends. PostgreSQL itself knows no
     * ttl of advisory locks.
     */
    ADVISORY,

    /**
     * As {@link #ADVISORY}, and the server itself frees the lock when the ttl has passed, by ending the lock's session,
     * so that also the lock of a frozen or cut-off JVM comes free. Needs PostgreSQL 14 or newer and a ttl of 1 to
     * 2,147,483,647 milliseconds.
     *
     * @see <a href="https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT">
     *     PostgreSQL manual, "idle_session_timeout"</a>
     */
    ENFORCED
}
