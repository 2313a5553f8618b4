// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listener that takes its time costs no lock, neither the one that it hears of nor others of the same session. */
@Timeout(60)
class SlowListenersIT extends LockerTest {

    private static final Duration SLOW = CONFIG.connectionTimeout().multipliedBy(2);

    private final AtomicBoolean lost = new AtomicBoolean();

    /** Slow with everything that ends the lock of the key. */
    private final LockListener slow = new LockListener() {
        @Override
        public void releaseBegan(LockAttempt attempt, LockHandle handle) {
            takeTime(handle);
        }

        @Override
        public void released(LockAttempt attempt, LockHandle handle, Duration held) {
            takeTime(handle);
        }

        @Override
        public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
            lost.set(true);
        }
    };

    private void takeTime(LockHandle handle) {
        if (handle.key().equals(key)) {
            try {
                Server.letPass(SLOW);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private PostgresLocker slow(SessionMode sessions) {
        return new PostgresLocker(CONFIG.sessions(sessions), ConnectionSource.of(pool), List.of(slow));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C13, C16: a slow listener of a release costs no other lock of the session")
    void shouldKeepOthersBesideSlowRelease(SessionMode sessions) throws Exception {
        try (PostgresLocker locker = slow(sessions)) {
            LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
            LockHandle handle = locker.acquire(request);

            handle.release();

            assertEquals(LockState.RELEASED, handle.state());
            Server.letPass(CHECK_INTERVAL.multipliedBy(3));
            assertEquals(LockState.HELD, other.state());
            other.release();
        }
        assertTrue(server.isFree(lockId));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName(
            "C13, C21: a slow listener of a dropped handle costs neither its release nor another lock of the session")
    void shouldKeepOthersBesideAbandoned(SessionMode sessions) throws Exception {
        try (PostgresLocker locker = slow(sessions)) {
            LockHandle other = locker.acquire(LockRequest.of(key + "/other"));
            drop(locker);

            Server.eventually("the dropped one is free, though its listener is slow", () -> {
                System.gc();
                return server.isFree(lockId);
            });

            Server.letPass(SLOW);
            assertEquals(LockState.HELD, other.state());
            assertTrue(!lost.get(), "it was released, not lost");
            other.release();
        }
    }

    private void drop(PostgresLocker locker) throws InterruptedException {
        locker.acquire(request);
    }
}
