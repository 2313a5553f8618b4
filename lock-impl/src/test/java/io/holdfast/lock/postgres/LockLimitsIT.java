// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The locker stops before it takes the last connection or fills the server's lock table. */
@Timeout(60)
class LockLimitsIT extends LockerTest {

    private List<LockHandle> hold(PostgresLocker locker, int count) throws InterruptedException {
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            handles.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }
        return handles;
    }

    @Test
    @DisplayName(
            "C6: by default, one connection of a pool of known size is left to others; the limit has its own exception")
    void shouldLeaveOneConnectionToOthers() throws Exception {
        assertEquals(OptionalInt.of(8), ConnectionSource.of(pool).size());
        PostgresLocker locker = locker(CONFIG);
        List<LockHandle> handles = hold(locker, 7);

        assertThrows(LockLimitException.class, () -> locker.acquire(request));
        assertThrows(LockLimitException.class, () -> locker.tryAcquire(request));

        assertEquals(2, Collections.frequency(listener.events(), "failed"));
        assertEquals(0, Collections.frequency(listener.events(), "contended"));
        try (Connection work = pool.getConnection()) {
            assertTrue(work.isValid(1), "a holder can do its work on the same pool");
        }
        locker.ping();
        handles.forEach(LockHandle::release);
        locker.acquire(request).release();
    }

    @Test
    @DisplayName("C7: who waits for a session gets one when a lock is released; a release needs none")
    void shouldWaitForSession() throws Exception {
        PostgresLocker locker = locker(CONFIG.maxSessions(2));
        List<LockHandle> handles = hold(locker, 2);
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));

        handles.get(0).release();

        waiter.get().release();
        handles.get(1).release();
    }

    @Test
    @DisplayName("C6: the limit of locks has its own exception, also for shared sessions, and a release frees a place")
    void shouldLimitLocks() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG.sessions(SessionMode.SHARED).maxLocks(20));
        List<LockHandle> handles = hold(locker, 20);

        assertThrows(LockLimitException.class, () -> locker.tryAcquire(request));

        handles.get(0).release();
        locker.tryAcquire(request).orElseThrow().release();
        for (int i = 0; i < 50; i++) {
            assertTrue(locker.tryAcquire(LockRequest.of(key + "/1")).isEmpty(), "what is refused does not count");
        }
        handles.subList(1, 20).forEach(LockHandle::release);
        hold(locker, 20).forEach(LockHandle::release);
    }

    @Test
    @DisplayName("C7: an idle shared session makes room for a lock that needs a session of its own")
    void shouldMakeRoomAtTheLimit() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG.sessions(SessionMode.SHARED).maxSessions(1));
        locker.acquire(request).release();

        locker.acquire(request.enforcedTtl(LONG)).release();

        locker.acquire(request).release();
    }
}
