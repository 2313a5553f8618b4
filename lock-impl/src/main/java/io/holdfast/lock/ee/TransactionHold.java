// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A lock that is held until its transaction has completed and every method that runs under it has ended, whichever is
 * last: a transaction that times out may complete while the method still works.
 */
final class TransactionHold {

    private final LockHandle handle;

    /** The transaction, and the methods that run under the lock, of which there is one at first; zero is final. */
    private final AtomicInteger users = new AtomicInteger(2);

    private TransactionHold(LockHandle handle) {
        this.handle = handle;
    }

    /** Under which a transaction keeps its holds. */
    record Key(String lockKey) {}

    /** Binds the lock of a method that is about to run to the transaction. If that fails, the lock is released. */
    static TransactionHold bind(LockHandle handle, JtaTransaction transaction) {
        TransactionHold hold = new TransactionHold(handle);
        try {
            transaction.afterCompletion(hold::leave);
            transaction.putResource(new Key(handle.key()), hold);
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
    boolean enter() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** A method, or the transaction, has ended. */
    void leave() {
        if (users.decrementAndGet() == 0) {
            handle.close();
        }
    }
}
