// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockUnavailableException;
import java.util.Optional;

/** Repeats attempts to acquire a lock that could not reach the database. */
public interface Retrying {

    /**
     * Makes the attempt, and repeats it where that is configured.
     *
     * @param attempt acquires the lock
     * @return the result of the last attempt
     * @throws InterruptedException if the thread was interrupted during an attempt or between two
     * @throws LockUnavailableException if the last attempt could not reach the database
     */
    Optional<LockHandle> acquire(Attempt attempt) throws InterruptedException;

    /** An attempt to acquire a lock. */
    @FunctionalInterface
    interface Attempt {

        /**
         * Tries once.
         *
         * @return the lock; empty if somebody else holds it
         */
        Optional<LockHandle> run() throws InterruptedException;
    }
}
