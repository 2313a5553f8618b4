// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What locks that pass from holder to holder leave to others: limits, the last session, and connections. */
@Timeout(120)
class HandOverLimitsIT extends HandOverTest {

    private static final int THREADS = 8;

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C7: a limit of locks is neither used up nor exceeded by hand-overs")
    void shouldKeepLimitOfLocks(SessionMode mode) throws Exception {
        int limit = 3;
        PostgresLocker locker = counted(HANDING.sessions(mode).maxLocks(limit).connectionTimeout(CHECK_INTERVAL));
        onThreads(THREADS, () -> {
            for (int i = 0; i < 300; i++) {
                locker.acquire(request).release();
            }
            return null;
        });
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < limit; i++) {
            handles.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }
        assertThrows(LockLimitException.class, () -> locker.acquire(request));
        handles.forEach(LockHandle::release);
    }

    @Test
    @DisplayName("C7: a hot key does not keep the last session from another key")
    void shouldGiveLastSessionToOtherKey() throws Exception {
        PostgresLocker locker = counted(HANDING.maxSessions(1));
        AtomicInteger served = new AtomicInteger();
        Future<?> hot = threads.submit(() -> {
            onThreads(THREADS, () -> {
                while (served.get() < 20) {
                    locker.acquire(request).release();
                }
                return null;
            });
            return null;
        });
        while (served.get() < 20) {
            locker.acquire(LockRequest.of(key + "/other")).release();
            served.incrementAndGet();
        }
        hot.get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C18: a connection whose lock went to another JVM goes back to the pool as it came")
    void shouldRestoreConnection(SessionMode mode) throws Exception {
        PostgresLocker locker = locker(HANDING.sessions(mode).handOver(Duration.ZERO), ConnectionSource.of(pool));
        LockHandle held = locker.acquire(request);
        Future<LockHandle> elsewhere = threads.submit(() -> elsewhere().acquire(request));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        CompletableFuture<LockHandle> waiter = queue(locker, request).get(0);

        held.release();

        LockHandle other = get(elsewhere);
        waiter.cancel(false);
        other.release();
        locker.close();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('idle_session_timeout', true),"
                        + " current_setting('application_name')")) {
            row.next();
            assertEquals("0", row.getString(1));
            assertFalse(row.getString(2).contains("holdfast/"), row.getString(2));
        }
    }
}
