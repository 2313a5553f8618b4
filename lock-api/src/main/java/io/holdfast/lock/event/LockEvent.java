// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

/**
 * Reports that something has happened to a lock. It is fired as a CDI event, for {@code @Observes} and for
 * {@code @ObservesAsync}. In a Jakarta EE application, the observers that are visible to {@code lock-impl} are
 * notified: in a WAR, those of the WAR; in an EAR, those in its {@code lib} folder and its EJB jars, but not those of
 * its WARs.
 *
 * <p>An {@code @Observes} method runs on the thread where the event happens, which is often one of the locker's own
 * threads. It should return soon, must not call the locker, and has neither a transaction, nor a request, nor
 * {@code java:comp}. An {@code @ObservesAsync} method runs on a thread of the container. An exception of an observer is
 * logged and does not affect the lock, but other synchronous observers do not receive the event.
 *
 * <p><b>Not guaranteed:</b> the order of two events that happen on different threads. Asynchronous observers may always
 * be late.
 *
 * @since 0.1.0
 */
public sealed interface LockEvent permits LockAcquired, LockContended, LockReleased, LockLost {

    /**
     * Returns the name of what is locked.
     *
     * @return the key of the request
     */
    String key();

    /**
     * Returns the name that all locks of this kind have in common.
     *
     * @return the name of the request
     */
    String name();
}
