// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.testkit.RecordingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

/** A pool, a key, and lockers that are closed after the test, when nothing may be left of them. */
abstract class LockerTest {

    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

    static final LockerConfig CONFIG = LockerConfig.DEFAULT
            .namespace(4711)
            .waitAtMost(LONG)
            .connectionTimeout(Duration.ofSeconds(1))
            .answerTimeout(Duration.ofSeconds(1))
            .closeTimeout(Duration.ofSeconds(3))
            .checkInterval(CHECK_INTERVAL);

    final Server server = new Server(Databases.SHARED);
    final HikariDataSource pool;
    final RecordingListener listener = new RecordingListener();
    final ExecutorService threads = Executors.newCachedThreadPool();
    final String key = "core/" + UUID.randomUUID();
    final LockRequest request = LockRequest.of(key);
    final long lockId = LockId.of(CONFIG.namespace(), key);

    private final List<PostgresLocker> opened = new ArrayList<>();

    LockerTest() {
        this(8);
    }

    LockerTest(int poolSize) {
        pool = Databases.pool(poolSize);
    }

    /** On the pool of the test. */
    final PostgresLocker locker(LockerConfig config) {
        return locker(config, ConnectionSource.of(pool));
    }

    final PostgresLocker locker(LockerConfig config, ConnectionSource source) {
        PostgresLocker locker = new PostgresLocker(config, source, List.of(listener));
        opened.add(locker);
        return locker;
    }

    /** As another JVM would be: on connections of its own. */
    final PostgresLocker elsewhere() {
        PostgresLocker locker =
                new PostgresLocker(CONFIG, ConnectionSource.of(Databases.SHARED.dataSource()), List.of());
        opened.add(locker);
        return locker;
    }

    /** Finds out by one of the two calls that ask the server. */
    static void assertNotHeld(LockHandle handle, boolean byRefresh) {
        assertThrows(LockNotHeldException.class, byRefresh ? () -> handle.refresh(LONG) : handle::release);
    }

    @AfterEach
    final void nothingIsLeft() throws InterruptedException {
        opened.forEach(PostgresLocker::close);
        try (pool) {
            Server.eventually("no lock is left", () -> server.isFree(lockId));
            Server.eventually(
                    "every connection is back in the pool",
                    () -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        } finally {
            threads.shutdownNow();
        }
    }
}
