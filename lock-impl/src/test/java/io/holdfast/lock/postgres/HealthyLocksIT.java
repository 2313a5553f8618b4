// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What hangs at one lock, or at the code of one holder, is no matter of the others. */
@Timeout(60)
class HealthyLocksIT extends HealthyLocksTest {

    /** Without a sign of life a lock is lost by then. */
    private static final Duration LONGER_THAN_HEARTBEAT = HEARTBEAT.plusSeconds(2);

    /** For threads that get no processor for a while. */
    private static final Duration KNOWN = CHECK_INTERVAL.plusSeconds(2);

    /** Nothing but a check finds a loss here, and there are few of these. */
    private static final LockerConfig RARELY_CHECKED =
            HEALTHY.heartbeat(Duration.ofMinutes(10)).checkInterval(Duration.ofSeconds(1));

    private static final Duration KNOWN_BY_CHECK =
            RARELY_CHECKED.checkInterval().plusSeconds(2);

    /** So many that not each of them is the first that some check finds. */
    private static final int MANY = 20;

    /** Without an answer to a check a lock is suspect by then. */
    private static final Duration LONGER_THAN_PATIENCE = Duration.ofSeconds(4);

    private PostgresLocker telling(LockerConfig config, LockListener listener) {
        return new PostgresLocker(config, this::open, List.of(listener));
    }

    private static Set<String> keys(List<LockHandle> handles) {
        return handles.stream().map(LockHandle::key).collect(Collectors.toSet());
    }

    /** On the session that holds it, which lives on. */
    private void free(LockHandle handle) throws SQLException {
        try (Statement statement = opened.get(holder(handle)).createStatement()) {
            statement.execute("select pg_advisory_unlock(" + LockId.of(CONFIG.namespace(), handle.key()) + ")");
        }
    }

    /** The sessions of some are ended, the locks of the others are freed on theirs. */
    private void takeAway(List<LockHandle> handles) throws SQLException {
        terminateHolders(handles.subList(0, handles.size() / 2));
        for (LockHandle handle : handles.subList(handles.size() / 2, handles.size())) {
            free(handle);
        }
    }

    private static boolean areLost(List<LockHandle> handles) {
        return handles.stream().allMatch(handle -> handle.state() == LockState.LOST);
    }

    /** For that long, here and on the server. */
    private void assertStaysHeld(LockHandle handle, Duration time) throws InterruptedException {
        int holder = holder(handle);
        Server.throughout(time, "it is held", () -> handle.state() == LockState.HELD);
        assertEquals(holder, holder(handle));
    }

    // ---- sessions that hang

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("C12: sessions that stand still for longer than the heartbeat take no other lock with them")
    void shouldKeepLocksBesideHangingSessions() throws Exception {
        Duration heartbeat = Duration.ofSeconds(5);
        LockerConfig config = CONFIG.heartbeat(heartbeat).checkInterval(Duration.ofSeconds(1));
        try (PostgresNode node = PostgresNode.started();
                PostgresLocker locker = locker(config, ConnectionSource.of(node.dataSource()))) {
            List<LockHandle> handles = acquire(locker, 20);
            handles.forEach(handle -> handle.onLost(() -> told.add(handle.key())));
            List<LockHandle> cut = handles.subList(0, 6);
            List<LockHandle> healthy = handles.subList(6, 20);
            List<Integer> stopped = cut.stream()
                    .map(handle -> node.server().holder(locker.lockId(handle.key())))
                    .toList();

            try {
                stopped.forEach(Signal.STOP::send);
                Server.letPass(heartbeat.plusSeconds(2));

                assertEquals(
                        Set.of(),
                        healthy.stream()
                                .filter(handle -> handle.state() == LockState.LOST)
                                .collect(Collectors.toSet()));
                assertEquals(keys(cut), told, "whose loss is reported");
                assertTrue(areLost(cut), "only these");
            } finally {
                stopped.forEach(Signal.CONT::send);
            }
            Server.eventually("they end", () -> node.server().advisoryLocks() == healthy.size());
            healthy.forEach(LockHandle::release);
        }
    }

    // ---- listeners, actions and logs that block

    @Test
    @DisplayName(
            "C12, C21: a listener that blocks while a dropped handle is released delays no sign of life, nor that release")
    void shouldKeepLocksWhileAbandonedIsReleased() throws Exception {
        PostgresLocker locker = telling(HEALTHY, new LockListener() {
            @Override
            public void releaseBegan(LockAttempt attempt, LockHandle handle) {
                if (handle.key().equals(key)) {
                    tellAndBlock(key);
                }
            }
        });
        try (locker) {
            LockHandle kept = acquire(locker, 1).get(0);
            locker.acquire(request);
            Server.eventually("found", () -> {
                System.gc();
                return !told.isEmpty();
            });

            assertStaysHeld(kept, LONGER_THAN_HEARTBEAT);

            assertTrue(server.isFree(lockId), "the dropped one is free, though the listener still blocks");
            kept.release();
            end.countDown();
        }
    }

    @Test
    @DisplayName(
            "C12: blocking actions or listeners delay neither the loss of other locks nor its report, nor healthy ones")
    void shouldLoseAllWhileActionsBlock() throws Exception {
        PostgresLocker locker = telling(RARELY_CHECKED, new LockListener() {
            @Override
            public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
                tellAndBlock(handle.key());
            }
        });
        try (locker) {
            List<LockHandle> handles = acquire(locker, MANY + 2);
            List<LockHandle> gone = handles.subList(0, MANY);
            // Some block in their action, the others in the listener.
            gone.subList(MANY / 4, MANY * 3 / 4).forEach(handle -> handle.onLost(() -> tellAndBlock(handle.key())));

            takeAway(gone);

            Server.within(KNOWN_BY_CHECK, "all are lost", () -> areLost(gone));
            Server.within(KNOWN_BY_CHECK, "everybody is notified", () -> told.equals(keys(gone)));
            assertStaysHeld(handles.get(MANY), LONGER_THAN_PATIENCE);
            List<LockHandle> later = handles.subList(MANY + 1, MANY + 2);
            terminateHolders(later);
            Server.within(KNOWN_BY_CHECK, "a later loss is known", () -> areLost(later));
            Server.within(KNOWN_BY_CHECK, "and told", () -> told.containsAll(keys(later)));
            handles.get(MANY).release();
            end.countDown();
        }
    }

    @Test
    @DisplayName("C3, C17: a shared session that lost a lock is ended on the server though an action blocks")
    void shouldEndSharedSessionWhileActionBlocks() throws Exception {
        try (PostgresLocker locker = telling(HEALTHY.sessions(SessionMode.SHARED), listener)) {
            List<LockHandle> handles = acquire(locker, 3);
            handles.forEach(handle -> handle.onLost(() -> tellAndBlock(handle.key())));
            int session = holder(handles.get(0));
            assertEquals(session, holder(handles.get(2)), "they share it");

            free(handles.get(0));

            Server.within(KNOWN, "the session has ended", () -> !server.sessionExists(session));
            Server.within(KNOWN, "all of its locks are lost", () -> areLost(handles));
            Server.within(KNOWN, "everybody is notified", () -> told.equals(keys(handles)));
            end.countDown();
        }
    }

    @Test
    @DisplayName("C12: a blocking log delays neither the loss of other locks nor its report, nor healthy ones")
    void shouldLoseAllWhileLogBlocks() throws Exception {
        AtomicBoolean blocked = new AtomicBoolean();
        Logger log = Logger.getLogger("io.holdfast.lock");
        Handler blocking = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getMessage().startsWith("HOLDFAST-0011")) {
                    blocked.set(true);
                    tellAndBlock("log");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(blocking);
        try (PostgresLocker locker = telling(RARELY_CHECKED, listener)) {
            List<LockHandle> handles = acquire(locker, MANY + 1);
            List<LockHandle> gone = handles.subList(0, MANY);
            Set<String> actions = ConcurrentHashMap.newKeySet();
            gone.forEach(handle -> handle.onLost(() -> actions.add(handle.key())));

            takeAway(gone);

            Server.within(KNOWN_BY_CHECK, "all are lost", () -> areLost(gone));
            Server.within(KNOWN_BY_CHECK, "everybody is notified", () -> actions.equals(keys(gone)));
            assertStaysHeld(handles.get(MANY), LONGER_THAN_PATIENCE);
            assertTrue(blocked.get(), "the log blocks");
            handles.get(MANY).release();
            end.countDown();
        } finally {
            log.removeHandler(blocking);
        }
    }
}
