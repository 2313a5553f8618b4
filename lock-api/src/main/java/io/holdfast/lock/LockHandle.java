// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;
import java.util.Optional;

/**
 * One granted lock. A {@link Locker} returns it; it ends with {@link #release()} or {@link #close()}, or when the
 * locker is closed.
 *
 * <pre>{@code
 * try (LockHandle lock = locker.acquire(LockRequest.of("import").ttl(Duration.ofMinutes(1)))) {
 *     for (Report report : reports) {
 *         lock.refresh(Duration.ofMinutes(1)); // fails if the lock is no longer held
 *         store(report);
 *     }
 *     lock.release(); // fails if the lock was lost or has lapsed; close() only logs that
 * }
 * }</pre>
 *
 * <p>A handle is not bound to the thread that acquired it: any thread may call any method, and several threads may do
 * so at the same time. {@link #refresh}, {@link #release} and {@link #close} send a request to PostgreSQL and block for
 * one round trip; the other methods return immediately.
 *
 * <p>The locker asks the server at every check interval, which is 5 s by default, which of its locks are still held. It
 * reports a loss by {@link #state()}, by {@link #onLost}, and to the
 * {@linkplain io.holdfast.lock.spi.LockListener listeners}.
 *
 * <p><b>Not guaranteed:</b> that the lock is held at the moment when {@link #isHeld()} returns true. The server may
 * have ended the session since it was last asked; {@link #refresh} asks it now. Handles are not re-entrant: a thread
 * that holds a key and acquires it again waits for itself; {@link Locker#asLock} returns a view that is re-entrant. A
 * handle that is dropped without a release is released, with a warning in the log, some time after the garbage
 * collector has found it.
 *
 * @since 0.1.0
 */
public interface LockHandle extends AutoCloseable {

    /**
     * Returns the name of what is locked.
     *
     * @return the key of the request
     */
    String key();

    /**
     * Returns the name that all locks of this kind have in common.
     *
     * @return the name of the request; {@link LockRequest#UNNAMED} if it has none
     */
    String name();

    /**
     * Returns how this lock excludes others.
     *
     * @return the mode of the request
     */
    LockMode mode();

    /**
     * Returns the ttl that the request or the last refresh has set. This is not the time that is left.
     *
     * @return the ttl; {@link LockRequest#UNLIMITED} if there is none
     */
    Duration ttl();

    /**
     * Returns what this JVM knows about the lock. Does not ask the server.
     *
     * @return the state
     */
    LockState state();

    /**
     * Returns whether {@link #state()} is {@link LockState#HELD}. Does not ask the server.
     *
     * @return whether the lock counts as held; false while it is {@link LockState#SUSPECT}
     */
    default boolean isHeld() {
        return state() == LockState.HELD;
    }

    /**
     * Returns the fencing token of this grant. It remains available after the lock has ended.
     *
     * @return the token; empty unless the request is {@linkplain LockRequest#fenced(boolean) fenced}
     */
    Optional<FencingToken> fencingToken();

    /**
     * Runs the action once if this lock becomes {@link LockState#LOST}. If the lock is lost already, the action runs
     * immediately, on the calling thread. If a call of {@link #refresh(Duration)}, {@link #release()} or
     * {@link #close()} finds that the lock is lost, the action can run on the thread of that call. Otherwise it runs on
     * one of the locker's own threads: it should return soon, and has neither a transaction nor {@code java:comp}. An
     * exception of the action is logged. The action does not run if the lock is released or lapses.
     *
     * @param action what to do; must not refer to this handle, because the locker would not notice then that the handle
     *     was dropped
     */
    void onLost(Runnable action);

    /**
     * Proves on the server that this lock is still held, and starts its ttl again. Blocks for one round trip, at most
     * as long as the answer timeout.
     *
     * @param ttl the ttl from now on: at least 1 ms, and at most 2,147,483,647 ms with an {@link Lease#ENFORCED} lease
     * @throws LockNotHeldException if the lock is released, lapsed or lost; a loss that is detected here ends the
     *     handle
     * @throws LockUnavailableException if the server could not be asked or did not answer; the state of the handle does
     *     not change, its ttl is either the old or the new one, and with an {@link Lease#ENFORCED} lease the earlier of
     *     the two ends applies
     * @throws LockPrivilegeException if the role of the data source lacks a privilege that the proof needs
     * @throws IllegalArgumentException if the ttl is out of range
     */
    void refresh(Duration ttl);

    /**
     * Releases the lock. Whatever this method throws, the lock is not held through this handle afterwards, and its
     * connection has been returned to the pool, kept for the next lock, or ended. An interrupt does not end the call
     * early; the interrupt flag stays set. If the server does not answer within the answer timeout, the session is
     * ended from this side, which is logged, and the server frees the lock when it notices that. Blocks for one round
     * trip.
     *
     * @throws LockNotHeldException if the lock had ended before, because it was released, has lapsed or was lost;
     *     except after a release, work under the lock may have overlapped with the work of another holder
     */
    void release();

    /**
     * Releases the lock like {@link #release()}, but throws no {@link LockNotHeldException}. Does nothing if the handle
     * was released before. That the lock was lost or has lapsed is only logged, and not again for an
     * {@link Lease#ENFORCED} ttl, which is logged when it passes.
     */
    @Override
    void close();
}
