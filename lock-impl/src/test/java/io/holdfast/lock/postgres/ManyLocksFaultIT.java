// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.postgresql.ds.PGSimpleDataSource;

/** As many held locks as a server has room for, each on a session of its own. */
@Timeout(90)
@EnabledOnOs(OS.LINUX)
class ManyLocksFaultIT {

    private static final int LOCKS = 280;
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);
    private static final Duration WINDOW = Duration.ofSeconds(3);

    private static final Duration ONE_TOLD = CHECK_INTERVAL.plusMillis(1500);

    /** Sessions are shown to be alive at a part of this, which would find a loss, too; here only the checks may. */
    private static final Duration HEARTBEAT = Duration.ofMinutes(10);

    /** That many threads tell that many holders, on a machine that has just started a server. */
    private static final Duration ALL_TOLD = CHECK_INTERVAL.plusSeconds(4);

    private final PostgresNode postgres = PostgresNode.started("max_connections = 300");
    private final Server server = new Server(postgres.database());
    private final Set<String> lostKeys = ConcurrentHashMap.newKeySet();
    private final AtomicInteger events = new AtomicInteger();
    private final AtomicInteger actions = new AtomicInteger();
    private final List<LockHandle> handles = new ArrayList<>();
    private final PostgresLocker locker = new PostgresLocker(
            LockerConfig.DEFAULT
                    .heartbeat(HEARTBEAT)
                    .checkInterval(CHECK_INTERVAL)
                    .connectionTimeout(Duration.ofSeconds(2))
                    .answerTimeout(Duration.ofSeconds(2)),
            ConnectionSource.of(loggingDataSource()),
            List.of(new LockListener() {
                @Override
                public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
                    lostKeys.add(handle.key());
                    events.incrementAndGet();
                }
            }));

    /** The server notes every statement of these sessions in its log. */
    private PGSimpleDataSource loggingDataSource() {
        PGSimpleDataSource dataSource = postgres.dataSource();
        dataSource.setOptions("-c log_statement=all");
        return dataSource;
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        try (postgres) {
            locker.close();
            Server.eventually("no lock is left", () -> server.advisoryLocks() == 0);
        }
    }

    @Test
    @DisplayName("C12, C13: one query per interval checks hundreds of locks; every holder is notified of a restart")
    void shouldCheckAllAtOnceAndTellEverybody() throws Exception {
        acquireAll();

        assertOneCheckPerInterval();
        loseOnlyOne(handles.get(0));
        postgres.restart("fast");

        Server.within(ALL_TOLD, "every holder is notified", () -> events.get() >= LOCKS && actions.get() >= LOCKS);
        assertAll(
                () -> assertEquals(LOCKS, lostKeys.size()),
                () -> assertEquals(LOCKS, events.get()),
                () -> assertEquals(LOCKS, actions.get()),
                () -> assertTrue(handles.stream().allMatch(handle -> handle.state() == LockState.LOST)));
    }

    private void acquireAll() throws InterruptedException {
        for (int i = 0; i < LOCKS; i++) {
            LockHandle handle = locker.acquire(LockRequest.of("many/" + i));
            handle.onLost(actions::incrementAndGet);
            handles.add(handle);
        }
        assertEquals(LOCKS, server.advisoryLocks());
    }

    private void assertOneCheckPerInterval() throws InterruptedException {
        long before = checks();
        long start = System.nanoTime();
        Server.letPass(WINDOW);
        long checks = checks() - before;
        long intervals = (System.nanoTime() - start) / CHECK_INTERVAL.toNanos();

        assertTrue(checks <= intervals + 2, () -> checks + " queries of pg_locks in " + intervals + " intervals");
        assertTrue(checks >= intervals / 3, () -> checks + " queries of pg_locks in " + intervals + " intervals");
    }

    private long checks() {
        return postgres.logged("pg_locks");
    }

    private void loseOnlyOne(LockHandle handle) throws InterruptedException {
        server.terminate(server.holder(locker.lockId(handle.key())));

        Server.within(ONE_TOLD, "its holder is notified", () -> events.get() > 0 && actions.get() > 0);
        assertEquals(Set.of(handle.key()), lostKeys);
        assertEquals(LockState.LOST, handle.state());
        assertTrue(handles.stream().skip(1).allMatch(LockHandle::isHeld), "the others are still held");
    }
}
