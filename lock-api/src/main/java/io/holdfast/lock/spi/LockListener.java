// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import java.time.Duration;

/**
 * Is notified of what happens to locks. In a Jakarta EE application, every CDI bean of this type is notified: in a WAR,
 * the beans of the WAR; in an EAR, those of all its modules and of its {@code lib} folder. A bean that a producer makes
 * has to be in a WAR with {@code lock-impl}, or in the EAR's {@code lib} folder.
 *
 * <pre>{@code
 * @ApplicationScoped
 * public class LossLog implements LockListener {
 *     @Override
 *     public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
 *         System.getLogger("locks").log(Level.ERROR, "lost " + KeyText.of(handle.key()) + " after " + held);
 *     }
 * }
 * }</pre>
 *
 * <p>A program without a container passes its listeners to the builder of its {@code StandaloneLocker}.
 *
 * <p>A method is called on the thread where the event happens, which is often one of the locker's own threads. It
 * should return soon, must not call the locker, and has neither a transaction nor {@code java:comp}. Calls for
 * different locks may be concurrent. An exception of a listener is logged and has no other effect. The handle that is
 * passed is not always the object that the holder has. The attempt is the same object from {@link #waitBegan} to the
 * end of the lock.
 *
 * @since 0.1.0
 */
public interface LockListener {

    /**
     * Called when an attempt to acquire begins. The calling thread is the caller of the locker, even if that does not
     * wait for the outcome. A try also begins a wait, which is only for the answer of the server.
     *
     * @param attempt what is requested
     */
    default void waitBegan(LockAttempt attempt) {}

    /**
     * Called when another caller holds the lock and the attempt begins to wait for it. Called at most once for each
     * attempt, and never with {@link io.holdfast.lock.LockScope#TRANSACTION}, where only the server knows this.
     *
     * @param attempt what is requested
     */
    default void queued(LockAttempt attempt) {}

    /**
     * Called when an attempt to acquire has ended, with any outcome: once for each {@link #waitBegan}, and after the
     * method that reports the outcome. No such method is called if the caller was interrupted or has canceled the
     * attempt, or if the locker is closed.
     *
     * @param attempt what was requested
     */
    default void waitEnded(LockAttempt attempt) {}

    /**
     * Called when a lock was granted. If the lock is granted while its caller cancels the attempt, the call may come
     * after {@link #waitEnded}, and the lock is released.
     *
     * @param attempt what was requested
     * @param handle the granted lock
     * @param waited the time from the call to the grant
     */
    default void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {}

    /**
     * Called when a lock was not granted because another caller held it, and the attempt did not wait for it.
     *
     * @param attempt what was requested
     * @param waited the time from the call to its end
     */
    default void contended(LockAttempt attempt, Duration waited) {}

    /**
     * Called when a lock was not granted because another caller held it for the whole wait. Unless this method is
     * overridden, it calls {@link #contended}.
     *
     * @param attempt what was requested
     * @param waited the time from the call to its end
     */
    default void timedOut(LockAttempt attempt, Duration waited) {
        contended(attempt, waited);
    }

    /**
     * Called when acquiring has failed for a reason other than contention.
     *
     * @param attempt what was requested
     * @param failure the exception that the caller gets
     */
    default void failed(LockAttempt attempt, LockException failure) {}

    /**
     * Called when a lock was proven to be held and its ttl has started again, on the thread of the caller of the
     * refresh.
     *
     * @param attempt what was granted
     * @param handle the held lock
     * @param took the time from the call to the answer of the server
     */
    default void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {}

    /**
     * Called when a refresh has failed, because the lock is no longer held or because the server could not be asked, on
     * the thread of the caller of the refresh.
     *
     * @param attempt what was granted
     * @param handle the lock that was to be refreshed
     * @param failure the exception that the caller gets
     * @param took the time from the call to the failure
     */
    default void refreshFailed(LockAttempt attempt, LockHandle handle, RuntimeException failure, Duration took) {}

    /**
     * Called when the server could not be asked for a while whether a lock is held: see
     * {@link io.holdfast.lock.LockState#SUSPECT}.
     *
     * @param attempt what was granted
     * @param handle the lock that may or may not be held
     */
    default void suspected(LockAttempt attempt, LockHandle handle) {}

    /**
     * Called when the release of a lock begins, before the server is asked to free it. The outcome is reported by
     * {@link #released}, {@link #lapsed} or {@link #lost}. The calling thread is the one that begins the release, which
     * may be one of the locker's own threads. Not called if the server frees the lock by itself: with
     * {@link io.holdfast.lock.LockScope#TRANSACTION}, and when an {@linkplain io.holdfast.lock.Lease#ENFORCED enforced}
     * ttl has passed.
     *
     * @param attempt what was granted
     * @param handle the lock that is released
     */
    default void releaseBegan(LockAttempt attempt, LockHandle handle) {}

    /**
     * Called when a lock was released.
     *
     * @param attempt what was granted
     * @param handle the released lock
     * @param held the time from the grant to the release
     */
    default void released(LockAttempt attempt, LockHandle handle, Duration held) {}

    /**
     * Called when a lock has ended after its ttl had passed. With an
     * {@linkplain io.holdfast.lock.Lease#ENFORCED enforced} ttl, the call comes as soon as the ttl has passed, whatever
     * the holder does; otherwise it comes when the lock was released or its session has ended. Called at most once for
     * each lock, and never together with {@link #lost}. Unless this method is overridden, it calls {@link #released}.
     *
     * @param attempt what was granted
     * @param handle the lapsed lock
     * @param held the time from the grant to the end
     */
    default void lapsed(LockAttempt attempt, LockHandle handle, Duration held) {
        released(attempt, handle, held);
    }

    /**
     * Called when a lock was found to have ended before its ttl had passed, although its holder did not end it. Called
     * at most once for each lock, and never together with {@link #released} or {@link #lapsed}.
     *
     * @param attempt what was granted
     * @param handle the lost lock
     * @param held the time from the grant until the loss was detected
     */
    default void lost(LockAttempt attempt, LockHandle handle, Duration held) {}
}
