// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the server shows of the locks of a locker, and what a locker refuses. */
@Timeout(60)
class PostgresLockerIT extends RarelyCheckedTest {

    @Test
    @DisplayName("a held lock shows in pg_locks under the published id and in its mode; a released one does not")
    void shouldShowInPgLocks() throws InterruptedException {
        LockHandle exclusive = locker.acquire(request);
        assertEquals(LockId.of(CONFIG.namespace(), key), lockId);
        assertEquals(List.of(new Server.Row(server.holder(lockId), "ExclusiveLock", true)), server.locks(lockId));
        exclusive.release();
        assertTrue(server.isFree(lockId));

        LockHandle shared = locker.acquire(request.mode(LockMode.SHARED));
        assertEquals("ShareLock", server.locks(lockId).get(0).mode());
        shared.release();
        assertTrue(server.isFree(lockId));
        assertEquals(List.of("acquired", "released", "acquired", "released"), listener.events());
    }

    @Test
    @DisplayName("C2: two locks of one locker live on two sessions; a lock on the same session would be granted twice")
    void shouldPinOneSessionForEachLock() throws InterruptedException {
        LockHandle one = locker.acquire(request.mode(LockMode.SHARED));
        LockHandle two = locker.acquire(request.mode(LockMode.SHARED));

        List<Server.Row> rows = server.locks(lockId);

        assertEquals(2, rows.size());
        assertNotEquals(rows.get(0).pid(), rows.get(1).pid());
        one.release();
        two.release();
    }

    @Test
    @DisplayName("C11: the session of a held lock is idle, in no transaction, and holds back no VACUUM")
    void shouldStayOutOfTransactions() throws InterruptedException {
        LockHandle handle = locker.acquire(request);

        assertEquals(
                1,
                server.ask("select count(*) from pg_stat_activity where state = 'idle' and backend_xmin is null"
                        + " and backend_xid is null and pid = " + server.holder(lockId)));
        handle.release();
    }

    @Test
    @DisplayName("C19: a handle that is to be closed later is closed then, or with the locker")
    void shouldCloseLater() throws Exception {
        LockHandle soon = locker.acquire(request);
        locker.closeAfter(soon, BRIEF);
        assertTrue(soon.isHeld());
        assertFalse(server.isFree(lockId));
        Server.eventually("closed", () -> server.isFree(lockId));
        assertEquals(LockState.RELEASED, soon.state());

        LockHandle late = locker.acquire(request);
        locker.closeAfter(late, Duration.ofDays(1));
        locker.close();
        assertTrue(server.isFree(lockId));
        assertEquals(LockState.RELEASED, late.state());
    }

    @Test
    @DisplayName("a configuration out of range and a missing part are refused by name")
    void shouldRefuseWrongConfiguration() {
        Duration negative = Duration.ofSeconds(-1);
        assertAll(
                () -> assertThrows(
                        NullPointerException.class, () -> new PostgresLocker(null, pool::getConnection, List.of())),
                () -> assertThrows(
                        NullPointerException.class, () -> new PostgresLocker(LockerConfig.DEFAULT, null, List.of())),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.waitAtMost(negative)),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.waitSlice(Duration.ZERO)),
                () -> assertThrows(
                        IllegalArgumentException.class, () -> LockerConfig.DEFAULT.closeTimeout(Duration.ofDays(2))),
                () -> assertThrows(
                        IllegalArgumentException.class, () -> LockerConfig.DEFAULT.heartbeat(Duration.ofMillis(999))),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.maxSessions(-1)),
                () -> assertThrows(IllegalArgumentException.class, () -> LockerConfig.DEFAULT.maxLocks(0)));
    }

    @Test
    @DisplayName("a listener that throws does not harm the lock")
    void shouldContainListenerFailures() throws InterruptedException {
        LockListener broken = new LockListener() {
            @Override
            public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        try (PostgresLocker withBroken =
                new PostgresLocker(LockerConfig.DEFAULT, pool::getConnection, List.of(broken, listener))) {
            withBroken.acquire(LockRequest.of(key)).release();
        }
        assertEquals(List.of("acquired", "released"), listener.events());
    }
}
