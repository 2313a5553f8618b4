// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockHandle;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A lock that is held until its transaction has completed and every method that runs under it has ended, whichever is
 * last: a transaction that times out may complete while the method still works.
 */
final class TransactionHold {

    private final LockHandle handle;

    /** The transaction, and the methods that run under the lock, of which there is one at first; zero is final. */
    private final AtomicInteger users = new AtomicInteger(2);

    private final AtomicBoolean inTransaction = new AtomicBoolean(true);

    private TransactionHold(LockHandle handle) {
        this.handle = handle;
    }

    /** Under which a transaction keeps its holds. */
    private record Key(String lockKey) {}

    /** The hold of this key that the transaction has, with one more method under it. */
    static Optional<TransactionHold> enter(String lockKey, JtaTransaction transaction) {
        return transaction.resource(new Key(lockKey), TransactionHold.class).filter(TransactionHold::enter);
    }

    /** Binds the lock of a method that is about to run to the transaction. If that fails, the lock is released. */
    static TransactionHold bind(LockHandle handle, JtaTransaction transaction) {
        TransactionHold hold = new TransactionHold(handle);
        try {
            transaction.afterCompletion(hold::leaveTransaction);
            transaction.putResource(new Key(handle.key()), hold);
            if (!transaction.isActive()) {
                // Marked for rollback just now, so that the call after completion may never come: do not wait for it.
                hold.leaveTransaction();
            }
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
        return hold;
    }

    LockHandle handle() {
        return handle;
    }

    /** A further method begins to run under the lock; false if the lock is released already. */
    private boolean enter() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    private void leaveTransaction() {
        if (inTransaction.compareAndSet(true, false)) {
            leave();
        }
    }

    /** A method has ended. */
    void leave() {
        if (users.decrementAndGet() == 0) {
            handle.close();
        }
    }
}
