// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockListener;

/**
 * What every {@link Locker} must do. Extend it with a class that makes lockers, and its tests run against them. The display
 * names begin with the guarantee that a test shows.
 *
 * <p>Two lockers, or three, are made for each test and closed after it. Over one pool of connections they need ten together.
 */
public abstract class LockerContract extends LockViewContract {

    /** For subclasses. */
    protected LockerContract() {}

    /**
     * Makes a locker as another JVM would: it shares nothing with earlier ones but the locks.
     *
     * @param listeners who hears what happens to the locks of the new locker
     * @return a new locker
     */
    protected abstract Locker newLocker(LockListener... listeners);

    @Override
    final Locker openLocker(LockListener... listeners) {
        return newLocker(listeners);
    }
}
