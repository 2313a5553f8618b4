// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.event;

/**
 * Something happened to a lock: fired as a CDI event, for {@code @Observes} and for {@code @ObservesAsync}. In a Jakarta EE
 * application the observers that {@code lock-impl} sees are told: in a WAR, those of the WAR; in an EAR, those of its
 * {@code lib} and its EJB jars, not those of its WARs.
 *
 * <p>{@code @Observes} runs on the thread where it happens, which is often one of the locker's own: return soon, do not call
 * the locker, and expect neither a transaction, nor a request, nor {@code java:comp}. {@code @ObservesAsync} runs on a thread
 * of the container. What an observer throws is logged and does no harm to the lock; it keeps the event from other synchronous
 * observers.
 *
 * <p><b>Not guaranteed:</b> that an observer hears of two things in the order in which they happened, if they happened on
 * different threads; an asynchronous one may always be late.
 */
public sealed interface LockEvent permits LockAcquired, LockContended, LockReleased, LockLost {

    /**
     * The name of what is locked.
     *
     * @return the key as it was requested
     */
    String key();

    /**
     * What all locks of this kind have in common.
     *
     * @return the name as it was requested
     */
    String name();
}
