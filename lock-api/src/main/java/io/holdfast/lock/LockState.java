// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * What a {@link LockHandle} knows of its lock. A handle starts as {@link #HELD}; {@link #RELEASED} and {@link #LOST} are
 * final: it never becomes held again. While the server is still asked to free it, a released lock may turn out to be lost.
 */
public enum LockState {
    /** Granted, and seen to be held when the server was last asked, which is not long ago. */
    HELD,

    /**
     * The server could not be asked for a while, or the machine was suspended for long enough, so the lock may be held or not.
     * Becomes {@link #HELD} again if the server
     * then says so, else {@link #LOST}.
     */
    SUSPECT,

    /**
     * The ttl has passed without a refresh; see {@link Lease} for what PostgreSQL does then. With an {@link Lease#ENFORCED}
     * lease this is final. With an {@link Lease#ADVISORY} one it becomes {@link #RELEASED} when its holder refreshes, which is
     * refused, releases or closes it, or when the locker is closed; if the lock ends otherwise before that, it stays so.
     */
    LAPSED,

    /** Given back by the holder, or by the closing of its {@link Locker}. */
    RELEASED,

    /** Found to have ended without the holder's doing: killed backend, server restart, cut network, freed by others. */
    LOST
}
