// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockRequest;
import org.jspecify.annotations.Nullable;

/**
 * A place in the local queue of a key, as far as the tenure of the lock uses it.
 *
 * @param <T> the tenure
 */
public interface Place<T> {

    /** Whether somebody waits here, as far as can be seen without a lock. */
    boolean isAwaited();

    /** Returns the request of the first that waits here, if it may have the lock next; null if there is none. */
    @Nullable
    LockRequest next();

    /**
     * Makes the first that waits here the one that holds the lock, and ends this place.
     *
     * @param withToken whether the tenure can provide a fencing token
     * @return the new place, which expects {@link #deliver}; null if nobody waits that may have the tenure
     */
    @Nullable
    Place<T> passOn(boolean withToken);

    /** Gives the tenure to the one that has waited at this place. */
    void deliver(T tenure);

    /** Notes that the server has just given the lock to another session, so that the next here waits without a try. */
    default void markNextRefused() {}

    /** Ends the place, so that the next here may ask the server; a second call has no effect. */
    void end();
}
