// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.PgLocks;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs every second; reports how many sessions held the lock of its timeout method while that method ran. */
@Singleton
@Startup
public class TimerEjb {

    @Inject
    private Locker locker;

    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger runsUnderLock = new AtomicInteger();

    @Schedule(second = "*", minute = "*", hour = "*", persistent = false)
    @Locked(Keys.TIMER)
    void timeout() {
        runs.incrementAndGet();
        runsUnderLock.addAndGet(PgLocks.holders(locker.lockId(Keys.TIMER)));
    }

    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public int[] runs() {
        return new int[] {runs.get(), runsUnderLock.get()};
    }
}
