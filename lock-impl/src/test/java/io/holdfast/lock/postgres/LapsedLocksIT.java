// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a lock when its ttl has passed, and what a user reads of it. */
@Timeout(60)
class LapsedLocksIT extends LoggedTest {

    /** What fails at once fails long before this has passed. */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

    @Test
    @DisplayName(
            "C12: a lock whose ttl has passed is reported as lapsed, and not as lost when its session ends afterwards")
    void shouldStayLapsed() throws Exception {
        PostgresLocker locker = locker(CONFIG);
        LockHandle handle = locker.acquire(request.ttl(Duration.ofMillis(100)));
        AtomicBoolean lost = new AtomicBoolean();
        handle.onLost(() -> lost.set(true));
        Server.eventually("it has lapsed", () -> handle.state() == LockState.LAPSED);
        assertFalse(server.isFree(lockId), "an advisory ttl frees nothing");

        server.terminate(server.holder(lockId));

        Server.eventually("it is logged", () -> !logged("HOLDFAST-0012").isEmpty());
        assertEquals(LockState.LAPSED, handle.state());
        assertEquals(List.of(), logged("HOLDFAST-0011"));
        String refused =
                assertThrows(LockNotHeldException.class, handle::release).getMessage();
        assertSays(refused, "HOLDFAST-0002", "LAPSED", "ttl");
        assertEquals(LockState.LAPSED, handle.state());
        assertFalse(lost.get(), "nothing is reported of a lock that has lapsed");
        assertFalse(listener.events().contains("lost"));
    }

    @Test
    @DisplayName(
            "C20: when an enforced ttl has passed, key, session and connection are free for others, whatever the holder does")
    void shouldFreeEverythingAfterEnforcedTtl() throws Exception {
        Duration ttl = Duration.ofSeconds(1);
        try (HikariDataSource two = Databases.impatient(Databases.SHARED.dataSource(), 2)) {
            // Nobody else would see it so soon.
            LockerConfig config = CONFIG.checkInterval(LONG)
                    .connectionTimeout(CONNECTION_TIMEOUT)
                    .answerTimeout(CONNECTION_TIMEOUT)
                    .maxSessions(1)
                    .maxLocks(1);
            PostgresLocker locker = locker(config, ConnectionSource.of(two));
            LockHandle hung = locker.acquire(request.enforcedTtl(ttl));
            assertEquals(List.of(), logged("HOLDFAST-0012"));
            long granted = System.nanoTime();

            LockHandle other = locker.acquire(LockRequest.of(key + "/other"), LONG);

            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - granted);
            assertTrue(millis > ttl.toMillis() / 2 && millis < ttl.toMillis() + 2_000, () -> "after " + millis + " ms");
            assertEquals(LockState.LAPSED, hung.state());
            Server.eventually("it is logged", () -> logged("HOLDFAST-0012").size() == 1);
            assertSays(logged("HOLDFAST-0012").get(0), "lock id " + lockId);
            other.release();
            LockHandle same = locker.acquire(request);
            assertTrue(same.isHeld(), "the same key, by the same locker");
            same.release();
            Server.eventually(
                    "every connection is back in the pool",
                    () -> two.getHikariPoolMXBean().getActiveConnections() == 0);
            assertThrows(LockNotHeldException.class, hung::release);
            locker.close();
        }
    }
}
