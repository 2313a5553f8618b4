// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import java.time.Duration;

/**
 * Is told what happens to locks. In a Jakarta EE application every CDI bean of this type is told that {@code lock-impl} sees:
 * in a WAR, those of the WAR; in an EAR, those of its {@code lib} and its EJB jars, not those of its WARs.
 *
 * <p>Called on the thread where it happens, which is often one of the locker's own: return soon, do not call the locker,
 * and expect neither a transaction nor {@code java:comp}. Calls for different locks come at the same time. What a
 * listener throws is logged and goes no further.
 */
public interface LockListener {

    /**
     * An attempt to acquire begins, on the caller's thread. Told also for a try, which waits for the server's answer only.
     *
     * @param request what is asked for
     */
    default void waitBegan(LockRequest request) {}

    /**
     * An attempt to acquire has ended, whatever came of it: told once for each {@link #waitBegan}, after the outcome if there
     * is one to be told. There is none if the caller was interrupted, or cancelled, or the locker is closed.
     *
     * @param request what was asked for
     */
    default void waitEnded(LockRequest request) {}

    /**
     * A lock was granted.
     *
     * @param handle the granted lock
     * @param waited from the call to the grant
     */
    default void acquired(LockHandle handle, Duration waited) {}

    /**
     * A lock was not granted because somebody else held it, and there was no waiting for it.
     *
     * @param request what was asked for
     * @param waited from the call to giving up
     */
    default void contended(LockRequest request, Duration waited) {}

    /**
     * A lock was not granted because somebody else held it for the whole wait. Unless overridden, this counts as
     * {@link #contended}.
     *
     * @param request what was asked for
     * @param waited from the call to giving up
     */
    default void timedOut(LockRequest request, Duration waited) {
        contended(request, waited);
    }

    /**
     * Acquiring failed for another reason than contention.
     *
     * @param request what was asked for
     * @param failure what the caller is told
     */
    default void failed(LockRequest request, LockException failure) {}

    /**
     * A lock was proven to be held and its ttl started anew.
     *
     * @param handle the held lock
     */
    default void refreshed(LockHandle handle) {}

    /**
     * The server could not be asked for a while whether a lock is held; see {@link io.holdfast.lock.LockState#SUSPECT}.
     *
     * @param handle the lock in question
     */
    default void suspected(LockHandle handle) {}

    /**
     * A lock was given back.
     *
     * @param handle the released lock
     * @param held from the grant to the release
     */
    default void released(LockHandle handle, Duration held) {}

    /**
     * A lock was found to have ended without its holder's doing. Told once for each lock, and never together with
     * {@link #released}.
     *
     * @param handle the lost lock
     * @param held from the grant to the finding
     */
    default void lost(LockHandle handle, Duration held) {}
}
