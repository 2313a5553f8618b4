// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.postgresql.ds.PGSimpleDataSource;

/** What a user reads when there is no connection to the database. */
@Timeout(60)
class ConnectionMessagesIT extends LoggedTest {

    /** What fails at once fails long before this has passed. */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

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
        assertRefused(GuardedServer.asLocked("wrong", "postgres"), parts);
        try (HikariDataSource wrong = Databases.impatient(GuardedServer.asLocked("wrong", "postgres"), 2)) {
            assertRefused(wrong, parts);
        }
    }

    @Test
    @DisplayName("C6: a database that does not exist is reported at once, with its name")
    void shouldTellMissingDatabase() throws Throwable {
        String[] parts = {"HOLDFAST-0004", "nowhere", "SQLState 3D000"};
        assertRefused(GuardedServer.asLocked("right", "nowhere"), parts);
        try (HikariDataSource nowhere = Databases.impatient(GuardedServer.asLocked("right", "nowhere"), 2)) {
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
        AtomicInteger asked = new AtomicInteger();
        PostgresLocker locker = locker(CONFIG, () -> {
            asked.incrementAndGet();
            return limited.getConnection();
        });
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
            int before = asked.get();
            Server.eventually("it was refused and asks again", () -> asked.get() > before + 1);
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

    @Test
    @DisplayName("C6: the size of an Agroal pool is known, and that it has no connection left is reported as such")
    void shouldTellExhaustedAgroal() throws Exception {
        try (AgroalDataSource pool = Databases.agroal(3, Duration.ofMillis(200))) {
            assertEquals(OptionalInt.of(3), ConnectionSource.of(pool).size());
            assertTellsExhausted(pool, 3);
        }
    }

    @Test
    @DisplayName("C6: the size of a HikariCP pool is known, and that it has no connection left is reported as such")
    void shouldTellExhaustedHikari() throws Exception {
        try (HikariDataSource pool = Databases.impatient(Databases.SHARED.dataSource(), 3)) {
            assertEquals(OptionalInt.of(3), ConnectionSource.of(pool).size());
            assertTellsExhausted(pool, 3);
        }
    }
}
