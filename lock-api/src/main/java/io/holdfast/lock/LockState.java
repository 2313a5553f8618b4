// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * What a {@link LockHandle} knows about its lock. A handle begins as {@link #HELD}. {@link #RELEASED} and {@link #LOST}
 * are final, with one exception: while the server is still asked to free the lock, a {@link #RELEASED} handle can
 * become {@link #LOST}.
 *
 * @since 0.1.0
 */
public enum LockState {
    /** The lock was granted, and was held when the server was last asked, which is not long ago. */
    HELD,

    /**
     * The lock may or may not be held, because the server could not be asked for a while, or because the machine was
     * suspended for long enough. The state becomes {@link #HELD} again if the server confirms the lock, and
     * {@link #LOST} otherwise.
     */
    SUSPECT,

    /**
     * The ttl has passed without a refresh; {@link Lease} documents what PostgreSQL does then. With an
     * {@link Lease#ENFORCED} lease, this state is final. With an {@link Lease#ADVISORY} lease, it becomes
     * {@link #RELEASED} when the holder calls release, close or refresh (which fails), or when the locker is closed. If
     * the lock ends in a different way before that, the state remains.
     */
    LAPSED,

    /** The holder has released the lock, or its {@link Locker} was closed. */
    RELEASED,

    /**
     * The lock has ended although the holder did not end it: its backend was killed, the server was restarted, the
     * network was cut, or another program has freed it.
     */
    LOST
}
