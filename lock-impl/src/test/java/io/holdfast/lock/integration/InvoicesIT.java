// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class InvoicesIT {

    private static final TestDatabase DATABASE = TestDatabase.start();
    private static final StandaloneLocker LOCKER =
            StandaloneLocker.builder(DATABASE.dataSource()).build();

    @Test
    void shouldLockInvoice() throws InterruptedException {
        try (LockHandle lock = LOCKER.acquire("invoice/42")) {
            assertTrue(lock.isHeld());
            assertTrue(LOCKER.tryAcquire("invoice/42").isEmpty());
        }
    }

    @AfterAll
    static void close() {
        LOCKER.close();
        DATABASE.close();
    }
}
