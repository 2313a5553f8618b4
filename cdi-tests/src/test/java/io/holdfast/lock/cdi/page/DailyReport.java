// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi.page;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;

// snippet: class
/** Writes the report of the day, unless another server does. */
public class DailyReport {

    private final Locker locker;

    public DailyReport(Locker locker) {
        this.locker = locker;
    }

    /** Returns whether this server has written the report. */
    public boolean write() throws InterruptedException {
        return locker.tryWithLock(LockRequest.of("reports/daily"), () -> "the report");
    }
}
// end
