// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockListener;

/**
 * The tests that every {@link Locker} must pass. A subclass creates the lockers, and the tests run with them. If a test
 * shows a guarantee of {@code docs/contract.md}, its display name begins with that guarantee.
 *
 * <p>For each test, two or three lockers are created and closed afterwards. If they share one connection pool, the pool
 * must have at least ten connections.
 *
 * @since 0.1.0
 */
public abstract class LockerContract extends LockViewContract {

    /** Creates the contract; for subclasses. */
    protected LockerContract() {}

    /**
     * Creates a locker as a different JVM would: it shares nothing with the lockers before it except the locks.
     *
     * @param listeners the listeners of the new locker
     * @return a new locker
     */
    protected abstract Locker newLocker(LockListener... listeners);

    @Override
    final Locker openLocker(LockListener... listeners) {
        return newLocker(listeners);
    }
}
