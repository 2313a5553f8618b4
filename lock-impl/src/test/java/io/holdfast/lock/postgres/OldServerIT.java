// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockState;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server older than PostgreSQL 14: missing features are reported, and the rest works. */
@Tag("old-server")
@Timeout(60)
class OldServerIT extends LockerTest {

    @Test
    @DisplayName(
            "C19: locks without a heartbeat are granted, waited for, checked and listed; a warning says what is missing")
    void shouldWorkWithoutHeartbeat() throws Exception {
        LockerLog log = LockerLog.open();
        PostgresLocker locker = locker(CONFIG);
        LockHandle blocking = elsewhere().acquire(request);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request.fenced(true)));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        LockInfo info = locker.admin().lock(key).orElseThrow();
        assertEquals(1, info.waiters().size());
        assertNull(info.waiters().get(0).since(), "not known before PostgreSQL 14");
        blocking.release();
        LockHandle handle = waiter.get();
        log.close();

        assertTrue(handle.fencingToken().isPresent());
        assertFalse(log.messages("HOLDFAST-0027").isEmpty());
        handle.refresh(LONG);
        server.ask("select pg_terminate_backend(" + server.holder(lockId) + ")::int");
        Server.eventually("told", () -> handle.state() == LockState.LOST);
        assertFalse(handle.isHeld());
    }

    @Test
    @DisplayName("C20: an enforced ttl is refused, and leaves nothing behind")
    void shouldRefuseEnforcedTtl() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG);

        LockDatabaseUnfitException refused =
                assertThrows(LockDatabaseUnfitException.class, () -> locker.acquire(request.enforcedTtl(LONG)));

        assertTrue(refused.getMessage().startsWith("HOLDFAST-0008"), refused.getMessage());
        assertTrue(server.isFree(lockId));
        locker.acquire(request).release();
    }
}
