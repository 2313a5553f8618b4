// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.hold.Insides;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.postgres.sql.PlainQuery;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Behind a pooler that gives a session to others between two statements a lock excludes nobody; it has to be found out. */
@Tag("pgbouncer")
@Timeout(60)
class PgBouncerIT {

    private static final String MODES_WITHOUT_SESSIONS = """
            transaction, server_reset_query = DISCARD ALL
            transaction, server_reset_query_always = 1
            transaction, server_round_robin = 1
            statement,   server_reset_query = DISCARD ALL
            """;

    private final Server server = new Server(Databases.SHARED);
    private final LockRequest request = LockRequest.of("pooled/" + UUID.randomUUID());
    private final long lockId = LockId.of(0, request.key());
    private final List<PostgresLocker> lockers = new ArrayList<>();
    private PgBouncer pooler;

    private void startPooler(String poolMode, String... settings) throws IOException, InterruptedException {
        pooler = PgBouncer.start(Databases.SHARED, poolMode, settings);
    }

    private PostgresLocker locker(DataSource dataSource) {
        LockerConfig config = LockerConfig.DEFAULT
                .connectionTimeout(Duration.ofSeconds(2))
                .answerTimeout(Duration.ofSeconds(2))
                .closeTimeout(Duration.ofSeconds(2))
                .checkInterval(Duration.ofMillis(500));
        PostgresLocker locker = new PostgresLocker(config, ConnectionSource.of(dataSource), List.of());
        lockers.add(locker);
        return locker;
    }

    @AfterEach
    void stopPooler() throws IOException, InterruptedException {
        lockers.forEach(PostgresLocker::close);
        try {
            Server.eventually("no session of the pooler keeps the lock", () -> server.isFree(lockId));
        } finally {
            pooler.close();
        }
    }

    @Test
    @DisplayName("C27: a pooler that keeps sessions apart is not refused; one warning names the mode that it must have")
    void shouldWarnOfPooler() throws Exception {
        startPooler("session");
        try (LockerLog log = LockerLog.open()) {
            PostgresLocker locker = locker(pooler.dataSource());
            locker.ping();
            for (int i = 0; i < 3; i++) {
                locker.acquire(request).release();
            }
            List<String> warnings = log.messages("HOLDFAST-0047");
            assertEquals(1, warnings.size(), warnings::toString);
            assertTrue(warnings.get(0).contains("pool_mode = session"), warnings::toString);
        }
    }

    // ---- without sessions of one's own

    @ParameterizedTest(name = "{0} pooling, {1}")
    @CsvSource(textBlock = MODES_WITHOUT_SESSIONS)
    @DisplayName("C27: a pooler that swaps sessions is refused when pinged, naming the cause and the setting to change")
    void shouldRefuseSwappedSessionsAtPing(String poolMode, String setting) throws Exception {
        startPooler(poolMode, setting);

        assertNamesTheSetting(assertThrows(
                LockDatabaseUnfitException.class,
                () -> locker(pooler.dataSource()).ping()));
    }

    @ParameterizedTest(name = "{0} pooling, {1}")
    @CsvSource(textBlock = MODES_WITHOUT_SESSIONS)
    @DisplayName("C3, C27: a pooler that swaps sessions is refused at the first acquire, also without a ping before")
    void shouldRefuseSwappedSessionsAtAcquire(String poolMode, String setting) throws Exception {
        startPooler(poolMode, setting);

        assertNamesTheSetting(assertThrows(
                LockDatabaseUnfitException.class,
                () -> locker(pooler.dataSource()).acquire(request)));
        assertNamesTheSetting(assertThrows(
                LockDatabaseUnfitException.class,
                () -> locker(pooler.dataSource()).tryAcquire(request)));
    }

    @Test
    @DisplayName(
            "C27: a pooler with one session for all is refused too, at the latest when the second one gets no answer")
    void shouldNotAcquireOnTheOnlySession() throws Exception {
        startPooler("transaction", "default_pool_size = 1");

        assertThrows(LockException.class, () -> locker(pooler.dataSource()).ping());
        assertThrows(LockException.class, () -> locker(pooler.dataSource()).tryAcquire(request));
    }

    @Test
    @DisplayName("C27: others at work behind the pooler do not hide that it swaps sessions")
    void shouldRefuseSwappedSessionsUnderLoad() throws Exception {
        startPooler("transaction");
        ExecutorService others = Executors.newCachedThreadPool();
        AtomicBoolean enough = new AtomicBoolean();
        CountDownLatch started = new CountDownLatch(6);
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            work.add(others.submit(() -> workUntil(enough, started)));
        }
        assertTrue(started.await(10, TimeUnit.SECONDS));

        for (int i = 0; i < 10; i++) {
            PostgresLocker locker = locker(pooler.dataSource());
            assertThrows(LockDatabaseUnfitException.class, locker::ping);
        }

        enough.set(true);
        for (Future<?> one : work) {
            one.get(10, TimeUnit.SECONDS);
        }
        others.shutdown();
    }

    private Void workUntil(AtomicBoolean enough, CountDownLatch started) throws SQLException {
        try (Connection connection = pooler.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            started.countDown();
            while (!enough.get()) {
                statement.execute("begin; select pg_sleep(0.001); commit");
            }
            return null;
        }
    }

    /** The mode cannot be determined from outside with certainty; the setting to change can. */
    private static void assertNamesTheSetting(LockDatabaseUnfitException refusal) {
        String message = refusal.getMessage();
        assertAll(
                () -> assertTrue(message.contains("transaction"), message),
                () -> assertTrue(message.contains("pool_mode = session"), message));
    }

    // ---- session pooling

    @Test
    @DisplayName("C1, C27: session pooling is accepted; its locks exclude those who come without the pooler")
    void shouldAcceptSessionPooling() throws Exception {
        startPooler("session");
        PostgresLocker pooled = locker(pooler.dataSource());
        PostgresLocker direct = locker(Databases.SHARED.dataSource());
        assertDoesNotThrow(pooled::ping);

        LockHandle handle = pooled.acquire(request);

        assertAll(
                () -> assertTrue(direct.tryAcquire(request).isEmpty()),
                () -> assertEquals(1, server.locks(lockId).size()));
        handle.refresh(Duration.ofMinutes(1));
        handle.release();
        direct.tryAcquire(request).orElseThrow().release();
    }

    @Test
    @DisplayName(
            "C1: a lock of a transaction is good behind a pooler in transaction mode; it excludes those who come directly")
    void shouldLockInTransactionBehindPooler() throws Exception {
        startPooler("transaction");
        PostgresLocker direct = locker(Databases.SHARED.dataSource());
        LockRequest bound = request.scope(LockScope.TRANSACTION);
        for (int round = 0; round < 20; round++) {
            try (Connection one = transaction();
                    Connection other = transaction()) {
                assertTrue(direct.transactionLocks()
                        .tryAcquire(() -> JdbcProxy.unclosed(one), bound)
                        .isPresent());
                assertTrue(direct.transactionLocks()
                        .tryAcquire(() -> JdbcProxy.unclosed(other), bound)
                        .isEmpty());
                assertTrue(direct.tryAcquire(request).isEmpty());
                one.commit();
                assertTrue(direct.transactionLocks()
                        .tryAcquire(() -> JdbcProxy.unclosed(other), bound)
                        .isPresent());
                other.rollback();
                assertTrue(server.isFree(lockId));
            }
        }
    }

    /** As the application's own data source has to be: this pooler keeps no prepared statements for its clients. */
    private Connection transaction() throws SQLException {
        PGSimpleDataSource dataSource = pooler.dataSource();
        dataSource.setPrepareThreshold(0);
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    @Test
    @DisplayName("C12: the end of a session behind the pooler is detected")
    void shouldTellLossBehindPooler() throws Exception {
        startPooler("session");
        PostgresLocker pooled = locker(pooler.dataSource());
        LockHandle handle = pooled.acquire(request);

        server.terminate(server.holder(lockId));

        Server.eventually("the holder is notified", () -> handle.state() == LockState.LOST);
    }

    @Test
    @DisplayName("C19: a client that goes away without a word leaves no lock behind the pooler")
    void shouldFreeLocksOfVanishedClient() throws Exception {
        startPooler("session");
        Connection vanishing = pooler.dataSource().getConnection();
        try (Statement statement = vanishing.createStatement();
                ResultSet result = statement.executeQuery("select pg_try_advisory_lock(" + lockId + ")")) {
            assertTrue(result.next() && result.getBoolean(1));
        }

        vanishing.abort(Runnable::run);

        Server.eventually("the lock is free", () -> server.isFree(lockId));
    }

    @Test
    @DisplayName("C12: a lock is left alone, though the pooler gives it a session on which the lock was lost before")
    void shouldLeaveReusedSessionAlone() throws Exception {
        startPooler("session");
        PostgresLocker pooled = locker(pooler.dataSource());
        LockHandle lost = pooled.acquire(request);
        Insides.session(lost).ask(PlainQuery.UNLOCK_ALL);
        assertThrows(LockNotHeldException.class, () -> lost.refresh(Duration.ofMinutes(1)));

        LockHandle next = pooled.acquire(request);

        Server.letPass(Duration.ofSeconds(2));
        assertEquals(LockState.HELD, next.state());
        next.refresh(Duration.ofMinutes(1));
        next.release();
    }
}
