// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;
import java.util.Optional;

/**
 * One granted lock. Obtained from a {@link Locker}; ends with {@link #close()} or {@link #release()}, or with the closing
 * of the locker.
 *
 * <p>A handle is not bound to the thread that acquired it: every method may be called from any thread, also several at
 * once. {@link #refresh}, {@link #release} and {@link #close} ask PostgreSQL and block for a round trip; the others return at
 * once.
 *
 * <p>The locker asks the server at every check interval (5 s by default) which of its locks are held, and tells a loss by
 * {@link #state()}, {@link #onLost} and the {@linkplain io.holdfast.lock.spi.LockListener listeners}.
 *
 * <p><b>Not guaranteed:</b> that the lock is held at the moment when {@link #isHeld()} answers true. The server may have
 * ended the session since it was last asked; {@link #refresh} asks it now. Handles are not re-entrant: a thread
 * that holds a key and acquires it again waits for itself; see {@link Locker#asLock} for that. A handle that is dropped
 * without release is released some time after the garbage collector found it, with a warning.
 */
public interface LockHandle extends AutoCloseable {

    /**
     * The name of what is locked.
     *
     * @return the key as it was requested
     */
    String key();

    /**
     * What all locks of this kind have in common.
     *
     * @return the name as it was requested; {@link LockRequest#UNNAMED} if there was none
     */
    String name();

    /**
     * How this lock excludes others.
     *
     * @return the mode as it was requested
     */
    LockMode mode();

    /**
     * The ttl as it was given last, by the request or by a refresh. It does not run down.
     *
     * @return the ttl; {@link LockRequest#UNLIMITED} if there is none
     */
    Duration ttl();

    /**
     * What this JVM knows of the lock, without asking the server.
     *
     * @return the state
     */
    LockState state();

    /**
     * Whether {@link #state()} is {@link LockState#HELD}.
     *
     * @return whether the lock counts as held; false while it is {@link LockState#SUSPECT}
     */
    default boolean isHeld() {
        return state() == LockState.HELD;
    }

    /**
     * The token of this grant. It stays when the lock has ended.
     *
     * @return the token; empty unless the request was {@linkplain LockRequest#fenced(boolean) fenced}
     */
    Optional<FencingToken> fencingToken();

    /**
     * Runs the action once if this lock is found to be {@link LockState#LOST}; at once, on this thread, if it is lost
     * already. Else it runs on one of the locker's own threads: return soon, and expect neither a transaction nor
     * {@code java:comp}. What it throws is logged. Nothing is told of a lock that is released or has lapsed.
     *
     * @param action what to do; must not refer to this handle, or the handle is not found when it is dropped
     */
    void onLost(Runnable action);

    /**
     * Proves on the server that this lock is still held, and starts its ttl anew.
     *
     * @param ttl the ttl from now on: at least 1 ms; at most 2,147,483,647 ms for an {@link Lease#ENFORCED} lease
     * @throws LockNotHeldException if the lock is released, lapsed or lost; a loss that is found here ends the handle
     * @throws LockUnavailableException if the server could not be asked or did not answer; the handle keeps its state, its
     *     ttl is the old one or the new one, and an enforced one ends at the earlier of both
     * @throws IllegalArgumentException if the ttl is out of range
     */
    void refresh(Duration ttl);

    /**
     * Gives the lock back. Never refused: whatever it throws, the lock is not held through this handle afterwards, and
     * its connection is back in the pool or ended. An interrupt does not cut it short; the interrupt flag is kept. If the
     * server does not answer within the connection time-out, the session is ended from this side, which is logged, and the
     * server frees the lock when it notices.
     *
     * @throws LockNotHeldException if the lock had ended before: released already, lapsed or lost. Work done under it may
     *     have overlapped with another holder's, except after a release
     */
    void release();

    /**
     * As {@link #release()}, but silent: does nothing on a handle that is released already, and reports a lapsed or lost
     * lock in the log only. That an {@link Lease#ENFORCED} ttl has passed is logged when it passes, and not again.
     */
    @Override
    void close();
}
