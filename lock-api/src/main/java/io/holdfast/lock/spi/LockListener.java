// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import java.time.Duration;

/**
 * Is told what happens to locks. In a Jakarta EE application every CDI bean of this type is told that {@code lock-impl} sees:
 * in a WAR, those of the WAR; in an EAR, those of its {@code lib} and its EJB jars, not those of its WARs.
 *
 * <p>Called on the thread where it happens, which is often one of the locker's own: return soon, do not call the locker,
 * and expect neither a transaction nor {@code java:comp}. Calls for different locks come at the same time. What a
 * listener throws is logged and goes no further. The handle that is passed need not be the holder's own object; the attempt is
 * the same from {@link #waitBegan} to the end of the lock.
 */
public interface LockListener {

    /**
     * An attempt to acquire begins. Told on the caller's thread, also where it does not wait for the outcome; and also for a
     * try, which waits for the server's answer only.
     *
     * @param attempt what is asked for
     */
    default void waitBegan(LockAttempt attempt) {}

    /**
     * Somebody else has the lock, and the attempt waits for it from now on. Told once at most, and not in
     * {@link io.holdfast.lock.LockScope#TRANSACTION}, where only the server knows.
     *
     * @param attempt what is asked for
     */
    default void queued(LockAttempt attempt) {}

    /**
     * An attempt to acquire has ended, whatever came of it: told once for each {@link #waitBegan}, after the outcome if there
     * is one to be told. There is none if the caller was interrupted, or cancelled, or the locker is closed.
     *
     * @param attempt what was asked for
     */
    default void waitEnded(LockAttempt attempt) {}

    /**
     * A lock was granted. One that is granted while its caller cancels may be told after {@link #waitEnded}, and is released.
     *
     * @param attempt what was asked for
     * @param handle the granted lock
     * @param waited from the call to the grant
     */
    default void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {}

    /**
     * A lock was not granted because somebody else held it, and there was no waiting for it.
     *
     * @param attempt what was asked for
     * @param waited from the call to giving up
     */
    default void contended(LockAttempt attempt, Duration waited) {}

    /**
     * A lock was not granted because somebody else held it for the whole wait. Unless overridden, this counts as
     * {@link #contended}.
     *
     * @param attempt what was asked for
     * @param waited from the call to giving up
     */
    default void timedOut(LockAttempt attempt, Duration waited) {
        contended(attempt, waited);
    }

    /**
     * Acquiring failed for another reason than contention.
     *
     * @param attempt what was asked for
     * @param failure what the caller is told
     */
    default void failed(LockAttempt attempt, LockException failure) {}

    /**
     * A lock was proven to be held and its ttl started anew. Told on the caller's thread.
     *
     * @param attempt what was granted
     * @param handle the held lock
     * @param took from the call to the server's answer
     */
    default void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {}

    /**
     * A refresh failed: the lock is not held any more, or the server could not be asked. Told on the caller's thread.
     *
     * @param attempt what was granted
     * @param handle the lock in question
     * @param failure what the caller is told
     * @param took from the call to the failure
     */
    default void refreshFailed(LockAttempt attempt, LockHandle handle, RuntimeException failure, Duration took) {}

    /**
     * The server could not be asked for a while whether a lock is held; see {@link io.holdfast.lock.LockState#SUSPECT}.
     *
     * @param attempt what was granted
     * @param handle the lock in question
     */
    default void suspected(LockAttempt attempt, LockHandle handle) {}

    /**
     * Giving a lock back begins: the server is asked to free it. What comes of it is {@link #released}, {@link #lapsed} or
     * {@link #lost}. Told on the thread that begins it, which may be one of the locker's own. Not told where the server frees
     * the lock by itself: in {@link io.holdfast.lock.LockScope#TRANSACTION}, and when an
     * {@linkplain io.holdfast.lock.Lease#ENFORCED enforced} ttl has passed.
     *
     * @param attempt what was granted
     * @param handle the lock in question
     */
    default void releaseBegan(LockAttempt attempt, LockHandle handle) {}

    /**
     * A lock was given back.
     *
     * @param attempt what was granted
     * @param handle the released lock
     * @param held from the grant to the release
     */
    default void released(LockAttempt attempt, LockHandle handle, Duration held) {}

    /**
     * A lock ended after its ttl had passed: with an {@linkplain io.holdfast.lock.Lease#ENFORCED enforced} ttl as soon as that
     * has passed, whatever its holder does, else when the lock was released or its session has ended. Told once for each lock,
     * and never together with {@link #lost}. Unless overridden, this counts as {@link #released}.
     *
     * @param attempt what was granted
     * @param handle the lapsed lock
     * @param held from the grant to the end
     */
    default void lapsed(LockAttempt attempt, LockHandle handle, Duration held) {
        released(attempt, handle, held);
    }

    /**
     * A lock was found to have ended without its holder's doing, before its ttl had passed. Told once for each lock, and never
     * together with {@link #released} or {@link #lapsed}.
     *
     * @param attempt what was granted
     * @param handle the lost lock
     * @param held from the grant to the finding
     */
    default void lost(LockAttempt attempt, LockHandle handle, Duration held) {}
}
