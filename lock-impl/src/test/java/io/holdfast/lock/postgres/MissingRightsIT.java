// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Databases that lack what locks need: a right of the role, or statements that wait. */
@Timeout(60)
class MissingRightsIT extends LoggedTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select on pg_catalog.pg_locks",
                "select on pg_catalog.pg_database",
                "execute on function pg_catalog.pg_stat_get_activity(integer)",
                "execute on function pg_catalog.pg_terminate_backend(integer, bigint)"
            })
    @DisplayName(
            "C27: a role that lacks a right in the catalogue is refused by ping and the first acquire, which name it")
    void shouldTellMissingRight(String right) throws Exception {
        String object = right.replaceAll(".*pg_catalog\\.(\\w+).*", "$1");
        ConnectionSource cut = ConnectionSource.of(GuardedServer.without(right));
        for (SessionMode mode : SessionMode.values()) {
            // Within this time the second session of the check must be open, also on a loaded machine.
            PostgresLocker locker = locker(
                    CONFIG.sessions(mode)
                            .connectionTimeout(Duration.ofSeconds(10))
                            .answerTimeout(Duration.ofSeconds(10)),
                    cut);
            for (Executable question : List.<Executable>of(
                    locker::ping, () -> locker.acquire(request), () -> locker.tryAcquire(request))) {
                String refused =
                        assertThrows(LockPrivilegeException.class, question).getMessage();
                assertSays(refused, "HOLDFAST-0046", "read pg_catalog.pg_locks", object + "'", "SQLState 42501");
            }
        }
        Server.eventually("nothing is locked", () -> GuardedServer.NODE.server().isFree(lockId));
    }

    @Test
    @DisplayName("C12: a try that the server rejects on a shared session loses none of its other locks")
    void shouldKeepOtherLocksOfSession() throws Exception {
        String tries = "execute on function pg_catalog.pg_try_advisory_lock(bigint)";
        PGSimpleDataSource cut = GuardedServer.without(tries);
        GuardedServer.executeThere(cut, "grant " + tries + " to locked");
        PostgresLocker locker = locker(CONFIG.sessions(SessionMode.SHARED), ConnectionSource.of(cut));
        LockHandle held = locker.acquire(request);
        GuardedServer.executeThere(cut, "revoke " + tries + " from locked");

        assertThrows(LockException.class, () -> locker.tryAcquire(LockRequest.of(key + "/other")));

        held.refresh(LONG);
        held.release();
        assertEquals(List.of(), logged("HOLDFAST-0011"));
        locker.close();
    }

    @Test
    @DisplayName(
            "C12: a right that is taken away while a lock is held loses nothing; refresh and the log, once, say which it was")
    void shouldKeepLockWithoutRight() throws Exception {
        PGSimpleDataSource cut = GuardedServer.without("select on pg_catalog.pg_locks");
        GuardedServer.executeThere(cut, "grant select on pg_catalog.pg_locks to locked");
        PostgresLocker locker = locker(CONFIG, ConnectionSource.of(cut));
        LockHandle handle = locker.acquire(request);
        AtomicBoolean lost = new AtomicBoolean();
        handle.onLost(() -> lost.set(true));
        GuardedServer.executeThere(cut, "revoke select on pg_catalog.pg_locks from locked");

        String refused = assertThrows(LockPrivilegeException.class, () -> handle.refresh(LONG))
                .getMessage();
        assertSays(refused, "HOLDFAST-0046", "pg_locks'", "SQLState 42501");
        Server.eventually("it is logged", () -> !logged("HOLDFAST-0046").isEmpty());
        Server.letPass(CHECK_INTERVAL.multipliedBy(5));

        assertEquals(1, logged("HOLDFAST-0046").size());
        assertSays(logged("HOLDFAST-0046").get(0), "read pg_catalog.pg_locks", "pg_locks'", "SQLState 42501");
        assertFalse(GuardedServer.NODE.server().isFree(lockId), "the server has it");
        assertFalse(lost.get());
        GuardedServer.executeThere(cut, "grant select on pg_catalog.pg_locks to locked");
        Server.eventually("it can be checked again", handle::isHeld);
        GuardedServer.executeThere(cut, "revoke select on pg_catalog.pg_locks from locked");
        handle.release();
        assertTrue(GuardedServer.NODE.server().isFree(lockId));
        assertEquals(List.of(), logged("HOLDFAST-0011"));
        locker.close();
    }

    @Test
    @DisplayName("C27: a connection that refuses statements that wait is refused by ping and the first acquire")
    void shouldTellSettingThatPreventsWaiting() throws Exception {
        PGSimpleDataSource forced = (PGSimpleDataSource) Databases.SHARED.dataSource();
        forced.setPrepareThreshold(-1);
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(CONFIG.sessions(mode), ConnectionSource.of(forced));
            for (Executable question : List.<Executable>of(
                    locker::ping, () -> locker.acquire(request), () -> locker.tryAcquire(request))) {
                String refused =
                        assertThrows(LockDatabaseUnfitException.class, question).getMessage();
                assertSays(refused, "HOLDFAST-0053", "prepareThreshold=-1");
            }
        }
        Server.eventually("nothing is locked", () -> server.isFree(lockId));
    }
}
