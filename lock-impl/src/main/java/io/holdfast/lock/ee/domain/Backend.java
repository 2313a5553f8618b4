// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.transaction.TransactionalLocks;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What holds the locks of one domain: PostgreSQL or, in tests, something else. It ends when its locker is closed. */
interface Backend {

    Locker locker();

    LockAdmin admin();

    /** Returns the locks that end with a transaction by themselves; empty if the container has to keep them. */
    Optional<TransactionalLocks> transactionalLocks();

    /** How messages name what holds the locks. */
    String name();

    /** Asks whether locks can be acquired, without blocking. */
    CompletableFuture<Void> pingWithin(Duration atMost);

    /** Releases the lock later, on a thread of its own. */
    void closeAfter(LockHandle handle, Duration delay);
}
