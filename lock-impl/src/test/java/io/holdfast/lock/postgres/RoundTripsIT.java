// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lock costs, counted in statements; each is one round trip. */
@Timeout(60)
class RoundTripsIT extends LockerTest {

    private final List<String> statements = new CopyOnWriteArrayList<>();
    private final ConnectionSource counted = () -> Statements.watched(Databases.SHARED.connect(), statements::add);
    private final PostgresLocker locker = locker(CONFIG.checkInterval(LONG), counted);

    @BeforeEach
    void compareSessions() throws InterruptedException {
        locker.acquire(LockRequest.of(key + "/first")).release();
        statements.clear();
    }

    @Test
    @DisplayName("a lock and its release cost two round trips, whatever is asked for besides")
    void shouldCostTwoRoundTrips() throws InterruptedException {
        // On a pool, since a new connection may take so long that a kept session is returned for it.
        PostgresLocker locker =
                locker(CONFIG.checkInterval(LONG), () -> Statements.watched(pool.getConnection(), statements::add));
        locker.acquire(LockRequest.of(key + "/first")).release();
        for (LockRequest each :
                List.of(request, request.mode(LockMode.SHARED), request.enforcedTtl(LONG), request.fenced(true))) {
            statements.clear();
            locker.acquire(each).release();
            assertEquals(2, statements.size(), each + ": " + statements);
        }
        statements.clear();
        locker.acquire(request, LockRequest.IMMEDIATE).release();
        assertEquals(2, statements.size(), "without a wait: " + statements);
    }

    @Test
    @DisplayName("the two are the same, and as short, for a lock on a session that was kept")
    void shouldCostTwoShortStatementsOnKeptSession() throws InterruptedException {
        locker.acquire(request).release();
        statements.clear();

        locker.acquire(request).release();

        assertEquals(2, statements.size(), statements::toString);
        assertTrue(statements.stream().allMatch(each -> each.length() < 150), statements::toString);
    }

    @Test
    @DisplayName("a try that is refused costs one round trip, and none if the holder is in this locker")
    void shouldRefuseWithoutRoundTrip() throws InterruptedException {
        LockHandle handle = locker.acquire(request);
        statements.clear();
        assertTrue(locker.tryAcquire(request).isEmpty());
        assertEquals(0, statements.size());
        handle.release();

        LockHandle elsewhere = elsewhere().acquire(request);
        statements.clear();
        assertTrue(locker.tryAcquire(request).isEmpty());
        assertEquals(1, statements.size());
        elsewhere.release();
    }

    @Test
    @DisplayName("C5: a wait costs one further round trip, however long it is; waiting is no polling")
    void shouldWaitWithoutPolling() throws Exception {
        LockHandle elsewhere = elsewhere().acquire(request);
        statements.clear();
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        Server.letPass(Duration.ofSeconds(2));

        elsewhere.release();

        waiter.get().release();
        assertEquals(3, statements.size(), statements::toString);
    }

    @Test
    @DisplayName("a ping with a limit costs one round trip on one connection, also before the first lock")
    void shouldPingByOneRoundTrip() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        PostgresLocker unproven = locker(CONFIG.checkInterval(LONG), () -> {
            connections.incrementAndGet();
            return counted.open();
        });
        statements.clear();

        unproven.pingWithin(Duration.ofSeconds(10)).get();

        assertEquals(1, connections.get());
        assertEquals(1, statements.size(), statements::toString);
    }

    @Test
    @DisplayName("C13: a thousand locks are checked by one query at every interval")
    void shouldCheckThousandLocksByOneQuery() throws Exception {
        PostgresLocker many = locker(CONFIG.sessions(SessionMode.SHARED), counted);
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            handles.add(many.acquire(LockRequest.of(key + "/" + i)));
        }
        statements.clear();
        int intervals = 10;

        Server.letPass(CHECK_INTERVAL.multipliedBy(intervals));

        int checks = statements.size();
        assertTrue(checks >= 1 && checks <= intervals + 1, "one at every interval, and nothing else: " + statements);
        assertTrue(handles.stream().allMatch(LockHandle::isHeld));
        server.terminate(server.holder(many.lockId(key + "/0")));
        Server.eventually(
                "the locks of that session are lost",
                () -> handles.stream().filter(handle -> !handle.isHeld()).count() == 128);
        handles.forEach(LockHandle::close);
    }
}
