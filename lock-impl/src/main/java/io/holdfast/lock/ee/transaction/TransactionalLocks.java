// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import java.time.Duration;
import java.util.Optional;

/**
 * Acquires locks that the server frees when the transaction of the calling thread ends.
 *
 * @param locks acquires them
 * @param connections opens a connection of the calling thread's transaction
 */
public record TransactionalLocks(TransactionLocks locks, ConnectionSource connections) {

    TransactionLock acquire(LockRequest request, Duration waitAtMost) throws InterruptedException {
        return locks.acquire(connections, request, waitAtMost);
    }

    Optional<TransactionLock> tryAcquire(LockRequest request) throws InterruptedException {
        return locks.tryAcquire(connections, request);
    }
}
