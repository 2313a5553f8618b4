// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks that the server frees when their ttl has passed. */
@Timeout(60)
class EnforcedTtlIT extends RarelyCheckedTest {

    @Test
    @DisplayName("C20: an enforced ttl that passes releases the lock on the server, after the holder was notified")
    void shouldEnforceTtl() throws Exception {
        LockHandle handle = locker.acquire(request.enforcedTtl(Duration.ofSeconds(1)));
        PostgresLocker elsewhere = elsewhere();

        LockHandle next = elsewhere.acquire(request);

        assertFalse(handle.isHeld(), "told before the next holder gets it");
        assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));
        next.release();
    }

    @Test
    @DisplayName("C20: refreshing keeps an enforced lock")
    void shouldRefreshEnforcedTtl() throws InterruptedException {
        Duration ttl = Duration.ofSeconds(1);
        LockHandle handle = locker.acquire(request.enforcedTtl(ttl));
        long end = System.nanoTime() + ttl.multipliedBy(3).toNanos();

        while (System.nanoTime() - end < 0) {
            handle.refresh(ttl);
            Server.letPass(Duration.ofMillis(100));
        }

        assertTrue(handle.isHeld());
        assertFalse(server.isFree(lockId));
        handle.release();
    }

    @Test
    @DisplayName("C20: an enforced ttl is counted from the grant, however long the lock was waited for")
    void shouldCountEnforcedTtlFromGrant() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle handle = elsewhere.acquire(request);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request.enforcedTtl(Duration.ofSeconds(2))));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        Server.letPass(Duration.ofSeconds(3));

        handle.release();

        LockHandle next = waiter.get();
        assertTrue(next.isHeld());
        next.release();
    }
}
