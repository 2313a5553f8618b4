// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.testkit.RecordingListener;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What becomes of locks and fencing tokens when the primary dies and its standby takes over, and when a server crashes. */
@Timeout(180)
class FailOverIT {

    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(2);
    private static final LockRequest FENCED = LockRequest.of("account/7").fenced(true);
    private static final LockRequest OTHER_FENCED = LockRequest.of("account/8").fenced(true);

    private static final LockerConfig CONFIG = LockerConfig.DEFAULT
            .connectionTimeout(CONNECTION_TIMEOUT)
            .answerTimeout(CONNECTION_TIMEOUT)
            .closeTimeout(CONNECTION_TIMEOUT)
            .checkInterval(Duration.ofMillis(500))
            .heartbeat(Duration.ofSeconds(5));

    private final RecordingListener listener = new RecordingListener();
    private final List<PostgresLocker> lockers = new ArrayList<>();
    private ReplicatedPostgres cluster;

    @BeforeEach
    void startCluster() throws IOException, SQLException, InterruptedException {
        cluster = ReplicatedPostgres.start();
    }

    @AfterEach
    void stopCluster() throws IOException {
        lockers.forEach(PostgresLocker::close);
        cluster.close();
    }

    private PostgresLocker locker(PGSimpleDataSource dataSource) {
        return locker(CONFIG, dataSource);
    }

    private PostgresLocker locker(LockerConfig config, PGSimpleDataSource dataSource) {
        PostgresLocker locker = new PostgresLocker(config, ConnectionSource.of(dataSource), List.of(listener));
        lockers.add(locker);
        return locker;
    }

    /** As an application names a cluster: both servers, whichever is the primary now. */
    private PGSimpleDataSource whicheverIsPrimary() {
        PGSimpleDataSource dataSource = cluster.primary().dataSource();
        dataSource.setUrl("jdbc:postgresql://localhost:" + cluster.primary().port() + ",localhost:"
                + cluster.standby().port() + "/postgres?targetServerType=primary&hostRecheckSeconds=0");
        return dataSource;
    }

    // ---- standby

    @Test
    @DisplayName("C27: a standby is refused when pinged and when acquiring, since the primary would grant the same key")
    void shouldRefuseStandby() {
        PostgresLocker locker = locker(cluster.standby().dataSource());

        String pinged =
                assertThrows(LockDatabaseUnfitException.class, locker::ping).getMessage();

        assertAll(
                () -> assertTrue(pinged.contains("standby"), pinged),
                () -> assertTrue(pinged.contains("targetServerType=primary"), pinged),
                () -> assertThrows(LockDatabaseUnfitException.class, () -> locker.tryAcquire(FENCED)),
                () -> assertThrows(
                        LockDatabaseUnfitException.class, () -> locker.acquire(LockRequest.of("without a token"))),
                () -> assertEquals(0, cluster.standby().server().advisoryLocks()));
    }

    // ---- failover

    @Test
    @DisplayName(
            "C12, C14, C15: on failover to a lagging standby the holder is notified; the next one has a greater token")
    void shouldSurviveAsynchronousFailOver() throws Exception {
        PostgresLocker locker = locker(whicheverIsPrimary());
        cluster.cutOff();
        writeSomeLog();
        LockHandle lost = locker.acquire(FENCED);
        CountDownLatch told = new CountDownLatch(1);
        lost.onLost(told::countDown);

        cluster.primary().kill();
        cluster.promote();

        assertTrue(told.await(30, TimeUnit.SECONDS), "the holder is notified");
        LockHandle next = locker(whicheverIsPrimary()).acquire(FENCED);
        assertAll(
                () -> assertEquals(LockState.LOST, lost.state()),
                () -> assertThrows(LockNotHeldException.class, lost::release),
                () -> assertEquals(LockState.LOST, lost.state(), "it stays lost, though its key is held again"),
                () -> assertTrue(next.isHeld()),
                () -> assertTrue(token(next).position() < token(lost).position(), "the log itself went back"));
        assertGrowing(List.of(token(lost), token(next)));
        next.release();
        assertEquals(1, listener.events().stream().filter("lost"::equals).count());
    }

    /** What the standby never hears of, so that its log is the shorter one after the promotion. */
    private void writeSomeLog() {
        cluster.primary().execute("select pg_logical_emit_message(true, 'test', repeat('x', 1000000))");
    }

    @Test
    @DisplayName("C15: with synchronous replication, tokens also grow across a failover")
    void shouldSurviveSynchronousFailOver() throws Exception {
        cluster.makeSynchronous();
        List<FencingToken> tokens = new ArrayList<>(takeTokens(locker(whicheverIsPrimary()), 3));

        cluster.primary().kill();
        cluster.promote();

        tokens.addAll(takeTokens(locker(whicheverIsPrimary()), 3));
        assertGrowing(tokens);
    }

    @Test
    @DisplayName("C5, C15, C17: where no standby confirms a token, acquiring fails in time and leaves no lock")
    void shouldNotHangWithoutSynchronousStandby() throws Exception {
        PostgresLocker locker = locker(cluster.primary().dataSource());
        cluster.makeSynchronous();
        FencingToken before = takeTokens(locker, 1).get(0);
        cluster.cutOff();

        assertFailsInTime(() -> locker.tryAcquire(FENCED));
        assertFailsInTime(() -> locker.acquire(FENCED, Duration.ofSeconds(1)));

        long lockId = locker.lockId(FENCED.key());
        Server.eventually("no lock is left", () -> cluster.primary().server().isFree(lockId));
        locker.acquire(LockRequest.of(FENCED.key())).release();

        cluster.primary().execute("alter system reset synchronous_standby_names", "select pg_reload_conf()");
        assertGrowing(List.of(before, takeTokens(locker, 1).get(0)));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C15: a server that stops waiting for its standby, and only warns then, grants no fenced lock")
    void shouldNotGrantUnconfirmedToken(SessionMode mode) throws Exception {
        PGSimpleDataSource silent = cluster.primary().dataSource();
        silent.setOptions("-c client_min_messages=error");
        // Nobody hands a lock over for so short a time: the releasing holder asks the server for the next one.
        LockerConfig config = CONFIG.sessions(mode).handOver(Duration.ofNanos(1));
        PostgresLocker locker = locker(config.answerTimeout(Duration.ofSeconds(30)), silent);
        cluster.makeSynchronous();
        FencingToken before = takeTokens(locker, 1).get(0);
        cluster.cutOff();
        LockHandle holder = locker.acquire(LockRequest.of(FENCED.key()));

        assertNotConfirmed(start(() -> locker.tryAcquire(OTHER_FENCED)));
        Future<?> waiting = locker.acquireAsync(FENCED, Duration.ofSeconds(30));
        Future<?> releasing = start(() -> {
            holder.release();
            return null;
        });
        assertNotConfirmed(waiting);
        releasing.get();

        assertEquals(LockState.RELEASED, holder.state());
        Server.eventually("no lock is left", () -> cluster.primary().server().advisoryLocks() == 0);
        cluster.primary().execute("alter system reset synchronous_standby_names", "select pg_reload_conf()");
        assertGrowing(List.of(before, takeTokens(locker, 1).get(0)));
    }

    private static Future<?> start(Callable<?> work) {
        FutureTask<?> task = new FutureTask<>(work);
        new Thread(task).start();
        return task;
    }

    /** Once somebody has canceled the statements that wait for the standby. */
    private void assertNotConfirmed(Future<?> acquiring) throws InterruptedException {
        Server.eventually("it has an end", () -> {
            cluster.primary()
                    .execute("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
            return acquiring.isDone();
        });
        Throwable failure =
                assertThrows(ExecutionException.class, acquiring::get).getCause();
        assertInstanceOf(LockUnavailableException.class, failure);
        assertTrue(failure.getMessage().contains("standbys"), failure::getMessage);
    }

    private interface Acquiring {
        void run() throws InterruptedException;
    }

    /** The wait, and the connection timeout for connection and answer; the rest allows for a slow machine. */
    private static void assertFailsInTime(Acquiring acquiring) {
        long start = System.nanoTime();
        assertThrows(LockException.class, acquiring::run);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofSeconds(15)) < 0, "took " + took);
    }

    // ---- crash

    @Test
    @DisplayName("C15: tokens grow over crashes of the server, also where a lock was held at the crash")
    void shouldGrowOverCrashes() throws Exception {
        List<FencingToken> tokens = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            PostgresLocker locker = locker(cluster.primary().dataSource());
            tokens.addAll(takeTokens(locker, 3));
            tokens.add(token(locker.acquire(FENCED)));

            cluster.primary().kill();
            cluster.primary().start();
        }
        tokens.addAll(takeTokens(locker(cluster.primary().dataSource()), 1));
        assertGrowing(tokens);
    }

    @Test
    @DisplayName("C12, C15: an immediate restart loses the lock; the next token is greater")
    void shouldGrowOverImmediateRestart() throws Exception {
        PostgresLocker locker = locker(cluster.primary().dataSource());
        LockHandle lost = locker.acquire(FENCED);

        cluster.primary().restart("immediate");

        Server.eventually("the holder is notified", () -> lost.state() == LockState.LOST);
        assertGrowing(List.of(token(lost), takeTokens(locker, 1).get(0)));
    }

    // ---- helpers

    private static List<FencingToken> takeTokens(PostgresLocker locker, int count) throws InterruptedException {
        List<FencingToken> tokens = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try (LockHandle handle = locker.acquire(FENCED)) {
                tokens.add(token(handle));
            }
        }
        return tokens;
    }

    private static FencingToken token(LockHandle handle) {
        return handle.fencingToken().orElseThrow();
    }

    /** Also as the text that a resource may keep. */
    private static void assertGrowing(List<FencingToken> tokens) {
        for (int i = 1; i < tokens.size(); i++) {
            FencingToken earlier = tokens.get(i - 1);
            FencingToken later = tokens.get(i);
            assertTrue(later.compareTo(earlier) > 0, earlier + " before " + later);
            assertTrue(later.toString().compareTo(earlier.toString()) > 0, earlier + " before " + later);
        }
    }
}
