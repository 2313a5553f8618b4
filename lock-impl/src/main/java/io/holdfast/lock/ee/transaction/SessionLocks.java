// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import java.util.Optional;

/**
 * Acquires locks on sessions of the database that no transaction of the caller uses. The exceptions are those of the
 * locker.
 */
public interface SessionLocks {

    /**
     * Acquires a lock, and waits for it.
     *
     * @param request what to lock; not bound to a transaction
     */
    LockHandle acquire(LockRequest request, RemainingWait wait) throws InterruptedException;

    /**
     * Acquires a lock if nobody else holds it.
     *
     * @param request what to lock; not bound to a transaction
     * @return the lock; empty if somebody else holds it
     */
    Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException;
}
