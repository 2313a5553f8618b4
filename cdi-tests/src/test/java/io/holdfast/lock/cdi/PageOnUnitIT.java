// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.cdi.page.DailyReport;
import io.holdfast.lock.testkit.InMemoryLocks;
import org.junit.jupiter.api.Test;

/** The unit test of docs/testing.md. */
class PageOnUnitIT {

    // snippet: test
    private final InMemoryLocks locks = new InMemoryLocks();
    private final DailyReport report = new DailyReport(locks.newLocker());

    @Test
    void shouldLeaveTheReportToTheServerThatWritesIt() throws InterruptedException {
        LockHandle elsewhere = locks.newLocker().acquire("reports/daily");
        assertFalse(report.write());

        elsewhere.release();
        assertTrue(report.write());
    }
    // end
}
