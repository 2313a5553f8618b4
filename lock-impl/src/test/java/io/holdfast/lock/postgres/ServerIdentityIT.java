// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.postgres.thread.SetClock;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One server never decides about a lock of another, unless it has taken over from that; nor does a clock. */
@Timeout(120)
class ServerIdentityIT {

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

    /** Check interval and connection timeout, with room for a machine that is busy with other things. */
    private static final Duration BOUND = Duration.ofSeconds(8);

    private static final LockerConfig CONFIG = LockerConfig.DEFAULT
            .connectionTimeout(Duration.ofSeconds(1))
            .answerTimeout(Duration.ofSeconds(1))
            .closeTimeout(Duration.ofSeconds(3))
            .checkInterval(CHECK_INTERVAL);

    private static final LockRequest REQUEST = LockRequest.of("identity/1");

    private final List<PostgresLocker> lockers = new ArrayList<>();
    private final List<AutoCloseable> servers = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        SetClock.back();
        lockers.forEach(PostgresLocker::close);
        for (AutoCloseable server : servers) {
            server.close();
        }
    }

    private PostgresLocker locker(LockerConfig config, ConnectionSource source) {
        PostgresLocker locker = new PostgresLocker(config, source, List.of());
        lockers.add(locker);
        return locker;
    }

    private PostgresNode server() {
        PostgresNode node = PostgresNode.started();
        servers.add(node);
        return node;
    }

    private static void someChecks() throws InterruptedException {
        Server.letPass(CHECK_INTERVAL.multipliedBy(8));
    }

    // ---- two servers

    @Test
    @DisplayName("C1, C27: a data source that leads to two primaries in turn is refused, and says what was observed")
    void shouldRefuseTwoPrimaries() {
        PostgresNode one = server();
        PostgresNode other = server();
        AtomicInteger turn = new AtomicInteger();
        ConnectionSource inTurn = () ->
                (turn.getAndIncrement() % 2 == 0 ? one : other).dataSource().getConnection();

        for (SessionMode sessions : SessionMode.values()) {
            PostgresLocker locker = locker(CONFIG.sessions(sessions), inTurn);
            String byAcquire = assertThrows(LockDatabaseUnfitException.class, () -> locker.acquire(REQUEST))
                    .getMessage();
            String byPing =
                    assertThrows(LockDatabaseUnfitException.class, locker::ping).getMessage();
            assertTrue(byAcquire.startsWith("HOLDFAST-0045"), byAcquire);
            assertTrue(byAcquire.contains("granted to another"), byAcquire);
            assertTrue(byPing.startsWith("HOLDFAST-0045"), byPing);
        }
        assertEquals(0, one.server().advisoryLocks() + other.server().advisoryLocks());
    }

    @Test
    @DisplayName("C1, C12: with locks on one primary another is refused, and says nothing about those locks")
    void shouldRefuseSecondPrimaryLater() throws Exception {
        PostgresNode one = server();
        PostgresNode other = server();
        AtomicReference<PostgresNode> current = new AtomicReference<>(one);
        PostgresLocker locker = locker(CONFIG, () -> current.get().dataSource().getConnection());
        LockHandle held = locker.acquire(REQUEST);
        current.set(other);

        String refused = assertThrows(
                        LockDatabaseUnfitException.class, () -> locker.acquire(LockRequest.of("identity/2")))
                .getMessage();

        assertTrue(refused.startsWith("HOLDFAST-0049"), refused);
        someChecks();
        assertEquals(LockState.HELD, held.state());
        Server.eventually("nothing is left there", () -> other.server().advisoryLocks() == 0);
        held.release();
        locker.acquire(REQUEST).release();
    }

    @Test
    @DisplayName("C12: a lock whose server does not answer is SUSPECT, whatever a server of another cluster says")
    void shouldNotBelieveOtherCluster() throws Exception {
        PostgresNode one = server();
        PostgresNode other = server();
        AtomicReference<PostgresNode> current = new AtomicReference<>(one);
        PostgresLocker locker = locker(
                CONFIG.heartbeat(Duration.ZERO),
                () -> current.get().dataSource().getConnection());
        LockHandle held = locker.acquire(REQUEST);
        someChecks();
        current.set(other);

        one.signalAll(Signal.STOP);
        try {
            Server.within(BOUND, "nobody knows", () -> held.state() == LockState.SUSPECT);
            Server.letPass(Duration.ofSeconds(4));
            assertEquals(LockState.SUSPECT, held.state());
        } finally {
            one.signalAll(Signal.CONT);
        }
        Server.within(BOUND, "its own server says so", () -> held.state() == LockState.HELD);
        current.set(one);
        held.release();
    }

    // ---- one that takes over

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C12: a restart loses the lock within the bound, with the heartbeat on and off")
    void shouldLoseAtRestart(boolean heartbeat) throws Exception {
        PostgresNode node = server();
        PostgresLocker locker =
                locker(heartbeat ? CONFIG : CONFIG.heartbeat(Duration.ZERO), ConnectionSource.of(node.dataSource()));
        LockHandle held = locker.acquire(REQUEST);
        someChecks();

        node.restart("immediate");

        Server.within(BOUND, "the holder is notified", () -> held.state() == LockState.LOST);
        locker.acquire(REQUEST).release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C12: a promotion loses the lock within the bound, though the old primary lives on, cut off")
    void shouldLoseAtPromotion(boolean heartbeat) throws Exception {
        ReplicatedPostgres cluster = ReplicatedPostgres.start();
        servers.add(cluster);
        AtomicReference<PostgresNode> current = new AtomicReference<>(cluster.primary());
        PostgresLocker locker = locker(
                heartbeat ? CONFIG : CONFIG.heartbeat(Duration.ZERO),
                () -> current.get().dataSource().getConnection());
        LockHandle held = locker.acquire(REQUEST);
        someChecks();
        cluster.cutOff();

        cluster.promote();
        current.set(cluster.standby());
        cluster.primary().signalAll(Signal.STOP);
        try {
            Server.within(BOUND, "the holder is notified", () -> held.state() == LockState.LOST);
            locker.acquire(REQUEST).release();
        } finally {
            cluster.primary().signalAll(Signal.CONT);
        }
    }

    @Test
    @DisplayName("C12: a lock on an old primary that still answers is lost when one is granted by its successor")
    void shouldLoseWithGrantOfSuccessor() throws Exception {
        ReplicatedPostgres cluster = ReplicatedPostgres.start();
        servers.add(cluster);
        AtomicReference<PostgresNode> current = new AtomicReference<>(cluster.primary());
        PostgresLocker locker = locker(CONFIG, () -> current.get().dataSource().getConnection());
        LockHandle onOld = locker.acquire(REQUEST);
        cluster.cutOff();
        cluster.promote();
        current.set(cluster.standby());

        LockHandle onNew = locker.acquire(LockRequest.of("identity/2"));

        Server.within(BOUND, "the holder is notified", () -> onOld.state() == LockState.LOST);
        someChecks();
        assertEquals(LockState.HELD, onNew.state(), "the old one says nothing about it");
        onNew.release();
    }

    // ---- clocks

    @Test
    @DisplayName("C12: a lock stays held when the server's clock was set back after its connection was opened")
    void shouldKeepLockWhenServersClockGoesBack() throws Exception {
        PostgresNode node = server();
        long hour = 3_600_000_000L;
        PostgresLocker locker = locker(CONFIG, () -> {
            Connection connection = node.dataSource().getConnection();
            return JdbcProxy.connection((proxy, method, args) -> {
                Object result = JdbcProxy.call(connection, method, args);
                boolean asks = method.getName().equals("prepareStatement")
                        && ((String) args[0]).contains("pg_catalog.clock_timestamp()");
                return asks ? earlier((java.sql.PreparedStatement) result, hour) : result;
            });
        });
        LockHandle held = locker.acquire(REQUEST);

        someChecks();

        assertEquals(LockState.HELD, held.state());
        assertEquals(1, node.server().locks(locker.lockId(REQUEST.key())).size());
        node.server().terminate(node.server().holder(locker.lockId(REQUEST.key())));
        Server.within(BOUND, "a loss is reported all the same", () -> held.state() == LockState.LOST);
    }

    /** The clock, the third column of a grant, as it is after a step back. */
    private static Object earlier(java.sql.PreparedStatement statement, long micros) {
        return JdbcProxy.of(java.sql.PreparedStatement.class, (proxy, method, args) -> {
            Object result = JdbcProxy.call(statement, method, args);
            if (!(result instanceof ResultSet rows)) {
                return result;
            }
            return JdbcProxy.of(ResultSet.class, (row, get, column) -> {
                Object value = JdbcProxy.call(rows, get, column);
                return get.getName().equals("getLong") && column[0].equals(3) ? (Long) value - micros : value;
            });
        });
    }

    @Test
    @DisplayName(
            "C12: after a suspension, which the monotonic clock does not see, a lock is SUSPECT until the server was asked")
    void shouldSuspectAfterSuspension() throws Exception {
        PostgresNode node = server();
        PostgresLocker locker =
                locker(CONFIG.checkInterval(Duration.ofSeconds(2)), ConnectionSource.of(node.dataSource()));
        LockHandle kept = locker.acquire(REQUEST);
        LockHandle gone = locker.acquire(LockRequest.of("identity/2"));
        node.server().terminate(node.server().holder(locker.lockId("identity/2")));

        SetClock.forward(Duration.ofHours(1));

        assertEquals(LockState.SUSPECT, kept.state(), "the server may have freed it");
        assertTrue(gone.state() == LockState.SUSPECT || gone.state() == LockState.LOST);
        Server.within(BOUND, "it is held, says the server", kept::isHeld);
        Server.within(BOUND, "the other is not", () -> gone.state() == LockState.LOST);
        kept.release();
    }

    @Test
    @DisplayName("C12: an enforced lock is held again when the server has answered after a step of the wall clock")
    void shouldRecoverFromStepOfClock() throws Exception {
        PostgresLocker locker = locker(CONFIG, ConnectionSource.of(server().dataSource()));
        LockHandle handle = locker.acquire(REQUEST.enforcedTtl(Duration.ofSeconds(60)));
        SetClock.forward(Duration.ofMinutes(2));
        assertEquals(LockState.SUSPECT, handle.state());
        Server.within(BOUND, "held, says the server", handle::isHeld);
        handle.release();
    }

    // ---- sessions that nobody knows

    @ParameterizedTest(name = "kept session: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("C17: a session whose grant never arrived is ended on the server, also without a heartbeat")
    void shouldEndSessionWhoseAnswerWasLost(boolean kept) throws Exception {
        PostgresNode node = server();
        long lockId = LockId.of(CONFIG.namespace(), REQUEST.key());
        try (Relay relay = new Relay(node.database().url())) {
            AtomicInteger opened = new AtomicInteger();
            AtomicBoolean swallows = new AtomicBoolean();
            LockerConfig config =
                    CONFIG.heartbeat(Duration.ZERO).keepSession(kept ? Duration.ofMinutes(1) : Duration.ZERO);
            PostgresLocker locker = locker(config, () -> {
                // Without kept sessions the second compares, and the third is for the second lock.
                boolean doomed = opened.incrementAndGet() == (kept ? 1 : 3);
                Connection connection = doomed
                        ? relay.through(node.dataSource()).getConnection()
                        : node.dataSource().getConnection();
                return JdbcProxy.connection((proxy, method, args) -> {
                    if (doomed && swallows.get() && method.getName().equals("prepareStatement")) {
                        relay.swallowAnswers();
                    }
                    return JdbcProxy.call(connection, method, args);
                });
            });
            locker.acquire(LockRequest.of("identity/first")).release();
            swallows.set(true);

            assertThrows(RuntimeException.class, () -> locker.tryAcquire(REQUEST));

            Server.within(
                    BOUND,
                    "the lock that nobody has is free",
                    () -> node.server().isFree(lockId));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
