// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.testkit.InMemoryLocks;
import org.junit.jupiter.api.Test;

/** The application's own logic, with locks in memory. */
class StockTest {

    private final InMemoryLocks locks = new InMemoryLocks();
    private final Stock stock = new Stock(locks.newLocker());
    private final Locker otherServer = locks.newLocker();

    @Test
    void shouldSeeThatAnotherServerHasLockedTheItem() throws InterruptedException {
        assertTrue(stock.isFree("42"));
        try (LockHandle handle = otherServer.acquire(LockRequest.of("stock/42"))) {
            assertTrue(handle.isHeld());
            assertFalse(stock.isFree("42"));
        }
        assertTrue(stock.isFree("42"));
    }
}
