// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockListener;

/** The contract with locks in memory. */
class InMemoryLockerContractTest extends LockerContract {

    private final InMemoryLocks locks = new InMemoryLocks();

    @Override
    protected Locker newLocker(LockListener... listeners) {
        return locks.newLocker(listeners);
    }
}
