// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The waits for locks on the connections of callers, which have to end when the locker closes. */
public final class StatementWaits {

    private static final long INTERVAL_MILLIS = 20;

    private final Keepers keepers;
    private final Set<StatementWait> all = ConcurrentHashMap.newKeySet();

    public StatementWaits(Keepers keepers) {
        this.keepers = keepers;
    }

    /** Begins a wait of the calling thread, which has to check afterwards, before it waits, that the locker is open. */
    StatementWait begin() {
        StatementWait wait = new StatementWait(keepers, all::remove);
        all.add(wait);
        return wait;
    }

    /** Cancels all waiting statements repeatedly, until nothing waits any more or the deadline has passed. */
    public void end(Deadline deadline) {
        try {
            while (!all.isEmpty() && !deadline.hasPassed()) {
                all.forEach(StatementWait::cancel);
                TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
