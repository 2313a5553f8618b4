// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What happens to a lock when the JVM that holds it, or waits for it, is killed or stands still. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class JvmFaultsIT {

    private static final LockerConfig CONFIG = HolderProcess.CONFIG;
    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final Duration SLACK = Duration.ofSeconds(3);

    private final Server server = new Server(Databases.SHARED);
    private final String key = "jvm/" + UUID.randomUUID();
    private final LockRequest request = LockRequest.of(key);
    private final PostgresLocker locker =
            new PostgresLocker(CONFIG, ConnectionSource.of(Databases.SHARED.dataSource()), List.of());
    private final long lockId = locker.lockId(key);

    @AfterEach
    void nothingIsLeft() throws InterruptedException {
        locker.close();
        Server.eventually("no lock is left", () -> server.isFree(lockId));
    }

    @Test
    @DisplayName("C19: the lock of a killed JVM comes free at once")
    void shouldFreeTheLockOfAKilledJvm() throws InterruptedException {
        try (HolderJvm holder = HolderJvm.start(Databases.SHARED, key, false).awaitHeld()) {
            assertTrue(locker.tryAcquire(request).isEmpty());

            holder.signal(Signal.KILL);

            Server.within(AT_ONCE, "the lock is free", () -> server.isFree(lockId));
            locker.acquire(request).release();
        }
    }

    @Test
    @DisplayName(
            "C12, C14, C19: a JVM that stands still loses its lock after the heartbeat, and knows it when it wakes")
    void shouldFreeTheLockOfAFrozenJvm() throws InterruptedException {
        shouldNotBelieveAfterSleep(false, CONFIG.heartbeat(), EnumSet.of(LockState.SUSPECT, LockState.LOST));
    }

    @Test
    @DisplayName("C14, C19, C20: a JVM that stands still loses a lock with an enforced ttl, and knows it when it wakes")
    void shouldFreeTheEnforcedLockOfAFrozenJvm() throws InterruptedException {
        shouldNotBelieveAfterSleep(true, HolderProcess.ENFORCED_TTL, EnumSet.of(LockState.LAPSED, LockState.LOST));
    }

    private void shouldNotBelieveAfterSleep(boolean enforced, Duration freedAfter, Set<LockState> allowed)
            throws InterruptedException {
        try (HolderJvm holder = HolderJvm.start(Databases.SHARED, key, enforced).awaitHeld()) {
            holder.signal(Signal.STOP);
            int session = server.holder(lockId);
            Server.within(freedAfter.plus(SLACK), "the lock is freed", () -> !server.sessionExists(session));
            try (LockHandle next = locker.tryAcquire(request).orElseThrow()) {
                holder.signal(Signal.CONT);

                assertEquals("woke false", holder.awaitSaid("woke", SLACK));
                LockState state = LockState.valueOf(holder.ask("state", SLACK));
                assertTrue(allowed.contains(state), state::name);
                assertAll(
                        () -> assertEquals("LockNotHeldException", holder.ask("refresh", SLACK)),
                        () -> assertEquals("LockNotHeldException", holder.ask("release", SLACK)),
                        () -> assertTrue(next.isHeld(), "the old holder harmed the new one"));
            }
        }
    }

    @Test
    @DisplayName("C12, C19: a JVM that wakes is notified of the loss of its lock without asking")
    void shouldTellAfterSleep() throws InterruptedException {
        try (HolderJvm holder = HolderJvm.start(Databases.SHARED, key, false).awaitHeld()) {
            holder.signal(Signal.STOP);
            Server.within(CONFIG.heartbeat().plus(SLACK), "the lock is freed", () -> server.isFree(lockId));

            holder.signal(Signal.CONT);

            holder.awaitSaid("told", CONFIG.checkInterval().plus(SLACK));
            assertEquals("LOST", holder.ask("state", SLACK));
            assertEquals(1, holder.said().stream().filter("told"::equals).count());
        }
    }

    @Test
    @DisplayName("C19: a JVM that is killed while it waits leaves the queue and never gets the lock")
    void shouldForgetAKilledWaiter() throws InterruptedException {
        try (LockHandle handle = locker.acquire(request);
                HolderJvm waiter = HolderJvm.start(Databases.SHARED, key, false)) {
            Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
            int dead = server.locks(lockId).get(1).pid();

            waiter.signal(Signal.KILL);

            Server.within(SLACK.plusSeconds(2), "it has left the queue", () -> !server.sessionExists(dead));
            assertTrue(handle.isHeld());
            handle.release();
            assertTrue(server.isFree(lockId), "nobody else got the lock");
            assertFalse(waiter.said().contains("held"));
        }
    }
}
