// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * What happens to a lock when its {@linkplain LockRequest#ttl() ttl} passes without a refresh.
 *
 * @since 0.1.0
 */
public enum Lease {
    /**
     * The handle becomes {@link LockState#LAPSED}, and its refresh and release throw {@link LockNotHeldException}.
     * PostgreSQL keeps the lock until the handle is refreshed, released or closed, or until its session ends, because
     * PostgreSQL has no ttl of advisory locks.
     */
    ADVISORY,

    /**
     * As with {@link #ADVISORY}, but the server itself frees the lock when the ttl has passed, by ending the session of
     * the lock. Therefore the lock is freed even if its JVM is frozen or cut off from the network. Requires PostgreSQL
     * 14 or newer, and a ttl of 1 to 2,147,483,647 milliseconds.
     *
     * @see <a href="https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT">
     *     PostgreSQL manual, "idle_session_timeout"</a>
     */
    ENFORCED
}
