// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.hold.Grant;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.hold.HeldLocks;
import io.holdfast.lock.postgres.hold.Insides;
import io.holdfast.lock.postgres.hold.LonelyPlace;
import io.holdfast.lock.postgres.hold.Tenures;
import io.holdfast.lock.postgres.session.Fitness;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.PinnedSessions;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/** A connection that was returned to its pool belongs to its next borrower immediately. */
@Timeout(60)
class HandBackIT extends LockerTest {

    @Test
    @DisplayName(
            "C17, C18: the user who borrows a connection before the release of its former lock returns is left alone")
    void shouldLeaveNextUserAlone() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean slow = new AtomicBoolean();
        PostgresLocker locker = locker(CONFIG, () -> {
            Connection pooled = pool.getConnection();
            return JdbcProxy.connection((proxy, method, args) -> {
                Object result = JdbcProxy.call(pooled, method, args);
                if (method.getName().equals("close") && slow.get()) {
                    closed.countDown();
                    goOn.await();
                }
                return result;
            });
        });
        locker.acquire(LockRequest.of(key + "/first")).release();
        LockHandle handle = locker.acquire(request);
        int pid = server.holder(lockId);
        slow.set(true);
        Future<?> releasing = threads.submit(handle::release);
        closed.await();

        List<Connection> borrowed = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            borrowed.add(pool.getConnection());
        }
        Server.letPass(CHECK_INTERVAL.multipliedBy(5));

        List<Integer> pids = new ArrayList<>();
        for (Connection connection : borrowed) {
            assertTrue(connection.isValid(1), "nobody ended it");
            pids.add(connection.unwrap(PGConnection.class).getBackendPID());
            connection.close();
        }
        assertTrue(pids.contains(pid), "the released one was among them");
        slow.set(false);
        goOn.countDown();
        releasing.get();
    }

    @Test
    @DisplayName("C18: once a session has been restored, a refresh that was in flight no longer changes it")
    void shouldNotSetTtlAfterRelease() throws Exception {
        Duration ttl = Duration.ofSeconds(77);
        PostgresLocker locker = locker(CONFIG);
        LockHandle lock = locker.acquire(request.enforcedTtl(ttl));
        LockSession session = Insides.session(lock);
        assertTrue(session.refresh(lockId, lock.mode(), ttl));

        assertTrue(
                session.locks().unlockAndRestore(lockId, lock.mode()),
                "as a release does, before it gives the connection back");

        assertThrows(SQLException.class, () -> session.refresh(lockId, lock.mode(), ttl));
        session.returnToPool();
        for (int i = 0; i < 3; i++) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("show idle_session_timeout")) {
                row.next();
                assertEquals("0", row.getString(1));
            }
        }
        lock.close();
    }

    @Test
    @DisplayName("C14: a lock that is granted on a session that was given up by then is lost, and reported")
    void shouldLoseLockGrantedOnSessionGivenUp() throws Exception {
        Parts parts = new Parts(CONFIG.checkInterval(LONG));
        LockSession session = parts.session();
        HeldLock first = hold(parts.heldLocks, session, key + "/first");

        parts.tenures.retire(session, null);
        HeldLock second = hold(parts.heldLocks, session, key + "/second");

        assertEquals(LockState.LOST, first.state());
        assertEquals(LockState.LOST, second.state());
        LockHandle handle = second.announce(Duration.ZERO);
        assertThrows(LockNotHeldException.class, handle::release);
        parts.keepers.stop(LONG);
    }

    @Test
    @DisplayName("C12: a check of the held locks that fails by itself is logged")
    void shouldLogFailureOfTheCheck() throws Exception {
        Parts parts = new Parts(CONFIG.checkInterval(Duration.ofMillis(100)));
        LockSession session = parts.session();
        try (LockerLog log = LockerLog.open()) {
            // Nothing was asked on this session, so its server is not known, which the check relies on.
            hold(parts.heldLocks, session, key);

            Server.eventually(
                    "the log has it", () -> !log.messages("HOLDFAST-0091").isEmpty());
        } finally {
            parts.tenures.retire(session, null);
            parts.keepers.stop(LONG);
        }
    }

    /** The parts of a locker that have to do with held locks. */
    private final class Parts {

        private final Keepers keepers = new Keepers();
        private final Sessions sessions;
        private final Tenures tenures;
        private final HeldLocks heldLocks;

        Parts(LockerConfig config) {
            Servers servers = new Servers();
            sessions = new Sessions(ConnectionSource.of(pool), config);
            SessionAllocation allocation = new PinnedSessions(
                    sessions, new Fitness(sessions, servers, keepers, config), servers, keepers, config);
            tenures = new Tenures(allocation, servers, sessions, keepers, config);
            heldLocks = new HeldLocks(tenures, allocation, servers, new Listeners(List.of(listener)), keepers, config);
        }

        LockSession session() throws Exception {
            LockSession session = sessions.open("a lock", Deadline.after(LONG), LONG, () -> {});
            session.setUp();
            return session;
        }
    }

    private static HeldLock hold(HeldLocks heldLocks, LockSession session, String key) {
        LockRequest request = LockRequest.of(key);
        LockAttempt attempt = new Attempts(CONFIG).attempt(request, LockRequest.IMMEDIATE);
        Grant grant = new Grant(session, attempt.lockId(), false, null, System.nanoTime(), System.nanoTime());
        return heldLocks.hold(grant, attempt, new LonelyPlace(() -> {}));
    }

    @Test
    @DisplayName("C16: an Error of a listener harms neither the lock nor the closing of the locker")
    void shouldContainErrorsOfListeners() throws Exception {
        LockListener broken = new LockListener() {
            @Override
            public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
                throw new AssertionError("on purpose");
            }

            @Override
            public void released(LockAttempt attempt, LockHandle handle, Duration held) {
                throw new AssertionError("on purpose");
            }
        };
        PostgresLocker locker = new PostgresLocker(CONFIG, ConnectionSource.of(pool), List.of(broken, listener));

        LockHandle handle = locker.acquireAsync(request).get(10, TimeUnit.SECONDS);
        assertTrue(handle.isHeld());
        locker.close();

        assertEquals(List.of("acquired", "released"), listener.events());
        assertTrue(server.isFree(lockId));
    }
}
