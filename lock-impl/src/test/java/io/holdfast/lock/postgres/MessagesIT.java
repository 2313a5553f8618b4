// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a user reads of a lock that was not available or was lost: what happened, and what to do. */
@Timeout(60)
class MessagesIT extends LockerTest {

    private static final Duration SHORT = Duration.ofMillis(50);

    /** What fails at once fails long before this has passed. */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

    /** The longest message around a shortened key. */
    private static final int LONGEST = 1_000;

    /** With roles that the server does not trust, and rights that are taken away. */
    private static PostgresNode guarded;

    private LockerLog log;

    @BeforeAll
    static void startGuarded() throws IOException {
        Path data = Path.of(System.getProperty("java.io.tmpdir"), "guarded-" + UUID.randomUUID());
        guarded = PostgresNode.initialize(data);
        Path hba = data.resolve("pg_hba.conf");
        Files.writeString(hba, "host all locked all scram-sha-256\n" + Files.readString(hba));
        guarded.start();
        guarded.execute("create role locked login password 'right'");
    }

    @AfterAll
    static void stopGuarded() throws IOException {
        guarded.close();
    }

    @BeforeEach
    void listen() {
        log = LockerLog.open();
    }

    @AfterEach
    void listenNoMore() {
        log.close();
    }

    private List<String> logged(String id) {
        return log.messages(id);
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is missing in: " + message);
        }
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = Databases.SHARED.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static long millisFor(Executable work) throws Throwable {
        long start = System.nanoTime();
        work.execute();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    // ---- keys

    /** The messages of exceptions and records about one key. */
    private final class About {

        private final String odd;
        private final List<String> messages = new ArrayList<>();

        About(String odd) {
            this.odd = odd;
        }

        LockRequest request() {
            return LockRequest.of(odd);
        }

        long lockId() {
            return LockId.of(CONFIG.namespace(), odd);
        }

        <T extends RuntimeException> void note(Class<T> expected, Executable refused) {
            messages.add(assertThrows(expected, refused).getMessage());
        }

        void noteLogged(String id) throws InterruptedException {
            Server.eventually(id + " is logged", () -> !logged(id).isEmpty());
            messages.addAll(logged(id));
        }

        void assertReadable(String... ids) {
            String number = "lock id " + lockId();
            for (String id : ids) {
                assertTrue(messages.stream().anyMatch(message -> message.startsWith(id + ":")), id);
            }
            for (String message : messages) {
                assertSays(message, number);
                assertTrue(message.length() < LONGEST, () -> message.length() + " characters: " + message);
                assertTrue(message.codePoints().noneMatch(MessagesIT::breaksLine), message);
            }
        }
    }

    private static boolean breaksLine(int codePoint) {
        return Character.isISOControl(codePoint) || codePoint == '\u2028' || codePoint == '\u2029';
    }

    @ParameterizedTest
    @ValueSource(strings = {"line breaks", "4,000 characters"})
    @DisplayName("whatever the key, each message about its lock is one line, shortened, and has the lock id")
    void shouldShowEveryKeyOnOneLine(String kind) throws Exception {
        String odd = kind.startsWith("line")
                ? key + "\r\nSEVERE: login of root\n\u0085\u2028\u2029\u001b[2J end"
                : key + "x".repeat(4_000 - key.length());
        About about = new About(odd);
        PostgresLocker locker = locker(CONFIG);
        LockRequest inTransaction = about.request().scope(LockScope.TRANSACTION);
        LockRequest another = LockRequest.of(key + "/another");

        about.note(LockUnavailableException.class, () -> refusing().acquire(about.request(), SHORT));
        about.note(IllegalArgumentException.class, () -> locker.acquire(inTransaction));
        noteRefusedTransactions(about, locker.transactionLocks(), inTransaction);
        PostgresLocker single = locker(CONFIG.maxSessions(1));
        PostgresLocker one = locker(CONFIG.maxLocks(1));
        try (LockHandle session = single.acquire(another.mode(LockMode.SHARED));
                LockHandle lock = one.acquire(another.mode(LockMode.SHARED))) {
            about.note(LockLimitException.class, () -> single.acquire(about.request(), SHORT));
            about.note(LockLimitException.class, () -> one.acquire(about.request(), SHORT));
        }

        LockHandle held = locker.acquire(about.request());
        about.note(LockNotAcquiredException.class, () -> locker.acquire(about.request(), SHORT));
        about.note(LockNotAcquiredException.class, () -> elsewhere().acquire(about.request(), SHORT));
        held.release();
        about.note(LockNotHeldException.class, held::release);

        LockHandle lost = locker.acquire(about.request());
        lost.onLost(() -> {
            throw new IllegalStateException("the action fails");
        });
        server.terminate(server.holder(about.lockId()));
        about.noteLogged("HOLDFAST-0011");
        about.noteLogged("HOLDFAST-0026");
        about.note(LockNotHeldException.class, () -> lost.refresh(LONG));

        LockHandle lapsed = locker.acquire(about.request().ttl(Duration.ofMillis(1)));
        Server.eventually("it has lapsed", () -> lapsed.state() == LockState.LAPSED);
        lapsed.close();
        about.noteLogged("HOLDFAST-0012");

        locker.acquire(about.request());
        Server.eventually("the dropped handle is found", () -> {
            System.gc();
            return !logged("HOLDFAST-0023").isEmpty();
        });
        about.noteLogged("HOLDFAST-0023");

        Server.eventually("it is free", () -> server.isFree(about.lockId()));
        locker.close();
        about.note(IllegalStateException.class, () -> locker.acquire(about.request(), SHORT));
        about.assertReadable(
                "HOLDFAST-0001",
                "HOLDFAST-0002",
                "HOLDFAST-0004",
                "HOLDFAST-0010",
                "HOLDFAST-0011",
                "HOLDFAST-0012",
                "HOLDFAST-0017",
                "HOLDFAST-0018",
                "HOLDFAST-0023",
                "HOLDFAST-0026",
                "HOLDFAST-0028",
                "HOLDFAST-0030",
                "HOLDFAST-0031",
                "HOLDFAST-0048");
    }

    private PostgresLocker refusing() {
        return locker(CONFIG, () -> {
            throw new SQLException("refused\nby somebody", "28000");
        });
    }

    private static void noteRefusedTransactions(About about, TransactionLocks locks, LockRequest request)
            throws Exception {
        try (Connection connection = Databases.SHARED.connect()) {
            ConnectionSource source = () -> JdbcProxy.unclosed(connection);
            about.note(LockDatabaseUnfitException.class, () -> locks.acquire(source, request, LONG));
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            about.note(LockDatabaseUnfitException.class, () -> locks.acquire(source, request, LONG));
            connection.rollback();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            TransactionLock lock = locks.acquire(source, request, LONG);
            about.note(IllegalStateException.class, () -> lock.refresh(LONG));
            connection.rollback();
        }
    }

    // ---- who holds it

    @Test
    @DisplayName("the message says who holds the lock: the caller itself, this JVM, or another")
    void shouldTellWhoHoldsIt() throws Exception {
        PostgresLocker locker = locker(CONFIG);
        LockHandle handle = locker.acquire(request);

        String own = assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, SHORT))
                .getMessage();
        assertSays(own, "HOLDFAST-0001", "this very thread", "asLock");

        Future<?> waiter = threads.submit(() -> locker.acquire(request, SHORT));
        ExecutionException ofAnother = assertThrows(ExecutionException.class, waiter::get);
        assertSays(ofAnother.getCause().getMessage(), "HOLDFAST-0001", "held by somebody else in this JVM;");
        CompletionException ofNone = assertThrows(
                CompletionException.class,
                () -> locker.acquireAsync(request, SHORT).join());
        assertSays(ofNone.getCause().getMessage(), "HOLDFAST-0001", "held by somebody else in this JVM;");

        String elsewhere = assertThrows(
                        LockNotAcquiredException.class, () -> elsewhere().acquire(request, SHORT))
                .getMessage();
        assertSays(elsewhere, "HOLDFAST-0001", "held by somebody else;", "pg_locks");
        handle.release();
    }

    // ---- no connection

    private static PGSimpleDataSource asLocked(String password, String database) {
        PGSimpleDataSource dataSource = guarded.dataSource();
        dataSource.setUser("locked");
        dataSource.setPassword(password);
        dataSource.setDatabaseName(database);
        return dataSource;
    }

    private static HikariDataSource hikari(DataSource target, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(target);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(500);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    /** At once, for every caller. */
    private void assertRefused(DataSource dataSource, String... parts) throws Throwable {
        PostgresLocker locker = locker(
                CONFIG.connectionTimeout(CONNECTION_TIMEOUT).answerTimeout(CONNECTION_TIMEOUT),
                ConnectionSource.of(dataSource));
        List<Executable> questions = List.of(
                () -> locker.acquire(request),
                () -> locker.tryAcquire(request),
                locker::ping,
                () -> locker.admin().locks());
        for (Executable question : questions) {
            long millis = millisFor(() -> {
                LockException refused = assertThrows(LockException.class, question);
                assertEquals(LockUnavailableException.class, refused.getClass());
                assertSays(refused.getMessage(), parts);
            });
            assertTrue(millis < CONNECTION_TIMEOUT.toMillis() / 2, () -> "after " + millis + " ms");
        }
    }

    @Test
    @DisplayName(
            "C6: a wrong password is reported at once, in the server's words and with its SQLSTATE, also through a pool")
    void shouldTellWrongPassword() throws Throwable {
        String[] parts = {"HOLDFAST-0004", "password authentication failed", "SQLState 28P01"};
        assertRefused(asLocked("wrong", "postgres"), parts);
        try (HikariDataSource wrong = hikari(asLocked("wrong", "postgres"), 2)) {
            assertRefused(wrong, parts);
        }
    }

    @Test
    @DisplayName("C6: a database that does not exist is reported at once, with its name")
    void shouldTellMissingDatabase() throws Throwable {
        String[] parts = {"HOLDFAST-0004", "nowhere", "SQLState 3D000"};
        assertRefused(asLocked("right", "nowhere"), parts);
        try (HikariDataSource nowhere = hikari(asLocked("right", "nowhere"), 2)) {
            assertRefused(nowhere, parts);
        }
    }

    @Test
    @DisplayName(
            "a setting in the URL that the server does not know is reported in its words, and not as a matter of the ttl")
    void shouldTellUnknownSetting() throws Throwable {
        PGSimpleDataSource misspelt = (PGSimpleDataSource) Databases.SHARED.dataSource();
        misspelt.setOptions("-c statment_timeout=0");
        assertRefused(misspelt, "HOLDFAST-0004", "statment_timeout", "SQLState 42704");
    }

    @Test
    @DisplayName("C6: a server that is not reached until the timeout is reported with what the driver said")
    void shouldTellUnreachableServer() {
        PGSimpleDataSource nobody = (PGSimpleDataSource) Databases.SHARED.dataSource();
        nobody.setURL("jdbc:postgresql://localhost:" + Ports.free() + "/postgres");
        PostgresLocker locker = locker(CONFIG, ConnectionSource.of(nobody));
        for (Executable question :
                List.<Executable>of(() -> locker.acquire(request), () -> locker.tryAcquire(request), locker::ping)) {
            String refused = assertThrows(LockException.class, question).getMessage();
            assertSays(refused, "Cause: '", "SQLState 08001");
        }
    }

    @Test
    @DisplayName("C6: too many connections on the server are reported as such after the timeout, unless one comes free")
    void shouldTellTooManyConnections() throws Throwable {
        String role = "single_" + System.nanoTime();
        execute("create role " + role + " login password 'single' connection limit 1");
        PGSimpleDataSource limited = (PGSimpleDataSource) Databases.SHARED.dataSource();
        limited.setUser(role);
        limited.setPassword("single");
        PostgresLocker locker = locker(CONFIG, ConnectionSource.of(limited));
        try (Connection used = limited.getConnection()) {
            long millis = millisFor(() -> {
                String refused = assertThrows(LockConnectionTimeoutException.class, () -> locker.acquire(request))
                        .getMessage();
                assertSays(refused, "HOLDFAST-0003", "53300");
            });
            long timeout = CONFIG.connectionTimeout().toMillis();
            assertTrue(millis >= timeout && millis < 2 * timeout, () -> "after " + millis + " ms");
            assertSays(
                    assertThrows(LockConnectionTimeoutException.class, locker::ping)
                            .getMessage(),
                    "HOLDFAST-0003",
                    "53300");

            Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
            TimeUnit.MILLISECONDS.sleep(300);
            assertFalse(waiter.isDone());
            used.close();
            waiter.get().release();
        } finally {
            locker.close();
            Server.eventually(
                    "none of the role",
                    () -> server.ask("select count(*) from pg_stat_activity where usename = '" + role + "'") == 0);
            execute("drop role " + role);
        }
    }

    // ---- exhausted pools

    private void assertTellsExhausted(DataSource exhausted, int size) throws Exception {
        List<Connection> used = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            used.add(exhausted.getConnection());
        }
        PostgresLocker locker = locker(CONFIG, ConnectionSource.of(exhausted));
        for (Executable question :
                List.<Executable>of(() -> locker.acquire(request), () -> locker.tryAcquire(request), locker::ping)) {
            String refused =
                    assertThrows(LockConnectionTimeoutException.class, question).getMessage();
            assertSays(refused, "HOLDFAST-0003", "pool");
        }
        for (Connection each : used) {
            each.close();
        }
        locker.acquire(request).release();
        locker.close();
    }

    private static AgroalDataSource agroal(int size) throws SQLException {
        AgroalDataSourceConfigurationSupplier config = new AgroalDataSourceConfigurationSupplier();
        config.connectionPoolConfiguration()
                .maxSize(size)
                .exceptionSorter(new PostgreSQLExceptionSorter())
                .acquisitionTimeout(Duration.ofMillis(200))
                .connectionFactoryConfiguration()
                .jdbcUrl(Databases.SHARED.url())
                .principal(new NamePrincipal(Databases.SHARED.user()))
                .credential(new SimplePassword(Databases.SHARED.password()));
        return AgroalDataSource.from(config);
    }

    @Test
    @DisplayName("C6: the size of an Agroal pool is known, and that it has no connection left is reported as such")
    void shouldTellExhaustedAgroal() throws Exception {
        try (AgroalDataSource pool = agroal(3)) {
            assertEquals(OptionalInt.of(3), ConnectionSource.of(pool).size());
            assertTellsExhausted(pool, 3);
        }
    }

    @Test
    @DisplayName("C6: the size of a HikariCP pool is known, and that it has no connection left is reported as such")
    void shouldTellExhaustedHikari() throws Exception {
        try (HikariDataSource pool = hikari(Databases.SHARED.dataSource(), 3)) {
            assertEquals(OptionalInt.of(3), ConnectionSource.of(pool).size());
            assertTellsExhausted(pool, 3);
        }
    }

    // ---- what cannot work

    /** A database of its own, whose catalogue the role may not read to the full. */
    private static PGSimpleDataSource without(String right) throws SQLException {
        String name = "cut_" + System.nanoTime();
        guarded.execute("create database " + name);
        PGSimpleDataSource admin = guarded.dataSource();
        admin.setDatabaseName(name);
        execute(admin, "revoke " + right + " from public");
        return asLocked("right", name);
    }

    /** With the rights of a superuser. */
    private static void executeThere(PGSimpleDataSource there, String sql) throws SQLException {
        PGSimpleDataSource admin = guarded.dataSource();
        admin.setDatabaseName(there.getDatabaseName());
        execute(admin, sql);
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select on pg_catalog.pg_locks",
                "select on pg_catalog.pg_database",
                "execute on function pg_catalog.pg_stat_get_activity(integer)",
                "execute on function pg_catalog.pg_terminate_backend(integer, bigint)"
            })
    @DisplayName(
            "C27: a role that lacks a right in the catalogue is refused by ping and the first acquire, which name it")
    void shouldTellMissingRight(String right) throws Exception {
        String object = right.replaceAll(".*pg_catalog\\.(\\w+).*", "$1");
        ConnectionSource cut = ConnectionSource.of(without(right));
        for (SessionMode mode : SessionMode.values()) {
            // Within this time the second session of the check must be open, also on a loaded machine.
            PostgresLocker locker = locker(
                    CONFIG.sessions(mode)
                            .connectionTimeout(Duration.ofSeconds(10))
                            .answerTimeout(Duration.ofSeconds(10)),
                    cut);
            for (Executable question : List.<Executable>of(
                    locker::ping, () -> locker.acquire(request), () -> locker.tryAcquire(request))) {
                String refused =
                        assertThrows(LockPrivilegeException.class, question).getMessage();
                assertSays(refused, "HOLDFAST-0046", "read pg_catalog.pg_locks", object + "'", "SQLState 42501");
            }
        }
        Server.eventually("nothing is locked", () -> guarded.server().isFree(lockId));
    }

    @Test
    @DisplayName(
            "C12: a right that is taken away while a lock is held loses nothing; refresh and the log, once, say which it was")
    void shouldKeepLockWithoutRight() throws Exception {
        PGSimpleDataSource cut = without("select on pg_catalog.pg_locks");
        executeThere(cut, "grant select on pg_catalog.pg_locks to locked");
        PostgresLocker locker = locker(CONFIG, ConnectionSource.of(cut));
        LockHandle handle = locker.acquire(request);
        AtomicBoolean lost = new AtomicBoolean();
        handle.onLost(() -> lost.set(true));
        executeThere(cut, "revoke select on pg_catalog.pg_locks from locked");

        String refused = assertThrows(LockPrivilegeException.class, () -> handle.refresh(LONG))
                .getMessage();
        assertSays(refused, "HOLDFAST-0046", "pg_locks'", "SQLState 42501");
        Server.eventually("it is logged", () -> !logged("HOLDFAST-0046").isEmpty());
        TimeUnit.MILLISECONDS.sleep(CHECK_INTERVAL.multipliedBy(5).toMillis());

        assertEquals(1, logged("HOLDFAST-0046").size());
        assertSays(logged("HOLDFAST-0046").get(0), "read pg_catalog.pg_locks", "pg_locks'", "SQLState 42501");
        assertFalse(guarded.server().isFree(lockId), "the server has it");
        assertFalse(lost.get());
        executeThere(cut, "grant select on pg_catalog.pg_locks to locked");
        Server.eventually("it can be checked again", handle::isHeld);
        executeThere(cut, "revoke select on pg_catalog.pg_locks from locked");
        handle.release();
        assertTrue(guarded.server().isFree(lockId));
        assertEquals(List.of(), logged("HOLDFAST-0011"));
        locker.close();
    }

    @Test
    @DisplayName("C27: a connection that refuses statements that wait is refused by ping and the first acquire")
    void shouldTellSettingThatPreventsWaiting() throws Exception {
        PGSimpleDataSource forced = (PGSimpleDataSource) Databases.SHARED.dataSource();
        forced.setPrepareThreshold(-1);
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(CONFIG.sessions(mode), ConnectionSource.of(forced));
            for (Executable question : List.<Executable>of(
                    locker::ping, () -> locker.acquire(request), () -> locker.tryAcquire(request))) {
                String refused =
                        assertThrows(LockDatabaseUnfitException.class, question).getMessage();
                assertSays(refused, "HOLDFAST-0053", "prepareThreshold=-1");
            }
        }
        Server.eventually("nothing is locked", () -> server.isFree(lockId));
    }

    // ---- the end of a ttl

    @Test
    @DisplayName(
            "C12: a lock whose ttl has passed is reported as lapsed, and not as lost when its session ends afterwards")
    void shouldStayLapsed() throws Exception {
        PostgresLocker locker = locker(CONFIG);
        LockHandle handle = locker.acquire(request.ttl(Duration.ofMillis(100)));
        AtomicBoolean lost = new AtomicBoolean();
        handle.onLost(() -> lost.set(true));
        Server.eventually("it has lapsed", () -> handle.state() == LockState.LAPSED);
        assertFalse(server.isFree(lockId), "an advisory ttl frees nothing");

        server.terminate(server.holder(lockId));

        Server.eventually("it is logged", () -> !logged("HOLDFAST-0012").isEmpty());
        assertEquals(LockState.LAPSED, handle.state());
        assertEquals(List.of(), logged("HOLDFAST-0011"));
        String refused =
                assertThrows(LockNotHeldException.class, handle::release).getMessage();
        assertSays(refused, "HOLDFAST-0002", "LAPSED", "ttl");
        assertEquals(LockState.LAPSED, handle.state());
        assertFalse(lost.get(), "nothing is reported of a lock that has lapsed");
        assertFalse(listener.events().contains("lost"));
    }

    @Test
    @DisplayName(
            "C20: when an enforced ttl has passed, key, session and connection are free for others, whatever the holder does")
    void shouldFreeEverythingAfterEnforcedTtl() throws Exception {
        Duration ttl = Duration.ofSeconds(1);
        try (HikariDataSource two = hikari(Databases.SHARED.dataSource(), 2)) {
            // Nobody else would see it so soon.
            LockerConfig config = CONFIG.checkInterval(LONG)
                    .connectionTimeout(CONNECTION_TIMEOUT)
                    .answerTimeout(CONNECTION_TIMEOUT)
                    .maxSessions(1)
                    .maxLocks(1);
            PostgresLocker locker = locker(config, ConnectionSource.of(two));
            LockHandle hung = locker.acquire(request.enforcedTtl(ttl));
            assertEquals(List.of(), logged("HOLDFAST-0012"));
            long granted = System.nanoTime();

            LockHandle other = locker.acquire(LockRequest.of(key + "/other"), LONG);

            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - granted);
            assertTrue(millis > ttl.toMillis() / 2 && millis < ttl.toMillis() + 2_000, () -> "after " + millis + " ms");
            assertEquals(LockState.LAPSED, hung.state());
            Server.eventually("it is logged", () -> logged("HOLDFAST-0012").size() == 1);
            assertSays(logged("HOLDFAST-0012").get(0), "lock id " + lockId);
            other.release();
            LockHandle same = locker.acquire(request);
            assertTrue(same.isHeld(), "the same key, by the same locker");
            same.release();
            Server.eventually(
                    "every connection is back in the pool",
                    () -> two.getHikariPoolMXBean().getActiveConnections() == 0);
            assertThrows(LockNotHeldException.class, hung::release);
            locker.close();
        }
    }
}
