// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.hold.Insides;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionTraces;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a role, a database or an earlier user of the connection has set does not harm a lock. */
@Timeout(60)
class ServerSettingsIT extends LockerTest {

    private static final String UNKNOWN_SETTING = "42704";

    /** A setting that this version of the server does not know cannot harm. */
    private static Connection with(String setting) throws SQLException {
        Connection connection = Databases.SHARED.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set " + setting);
        } catch (SQLException e) {
            if (!UNKNOWN_SETTING.equals(e.getSQLState())) {
                throw e;
            }
        }
        return connection;
    }

    @ParameterizedTest(name = "C5, C19: {0}")
    @ValueSource(
            strings = {
                "transaction_timeout = 200",
                "statement_timeout = 200",
                "lock_timeout = 200",
                "idle_session_timeout = 200",
                "idle_in_transaction_session_timeout = 200",
                "default_transaction_read_only = on",
                "default_transaction_isolation = serializable",
                "standard_conforming_strings = off",
                "search_path = ''",
                "bytea_output = escape",
                "extra_float_digits = -15",
                "application_name = ''",
                "synchronous_commit = off"
            })
    void shouldNotSuffer(String setting) throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            PostgresLocker locker = locker(CONFIG.sessions(mode), () -> with(setting));
            LockHandle blocking = elsewhere().acquire(request);
            Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request.fenced(true)));
            Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
            // Longer than a wait that was ended and the next one.
            Server.letPass(Duration.ofMillis(800));

            blocking.release();

            LockHandle handle = waiter.get();
            Server.letPass(Duration.ofMillis(500));
            handle.refresh(LONG);
            assertTrue(handle.isHeld());
            handle.release();
            assertTrue(server.isFree(lockId));
        }
    }

    @ParameterizedTest(name = "C18, C19: without a heartbeat, idle_session_timeout = {0}")
    @ValueSource(strings = {"1500", "0"})
    void shouldSwitchOffTimeoutOfSilentSessions(String timeout) throws Exception {
        Connection[] last = new Connection[1];
        PostgresLocker locker = locker(
                CONFIG.heartbeat(Duration.ZERO).keepSession(Duration.ZERO).checkInterval(LONG), () -> {
                    Connection connection = with("idle_session_timeout = " + timeout);
                    last[0] = connection;
                    return JdbcProxy.connection((proxy, method, args) -> {
                        // So that the test sees how the connection went back.
                        return method.getName().equals("close") ? null : JdbcProxy.call(connection, method, args);
                    });
                });
        locker.acquire(request).release();
        LockHandle handle = locker.acquire(request);
        Server.letPass(Duration.ofMillis(2_200));

        handle.release();

        try (Connection returned = last[0];
                Statement statement = returned.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select setting from pg_settings where name =" + " 'idle_session_timeout'")) {
            assertTrue(rows.next());
            assertEquals(timeout, rows.getString(1));
        }
    }

    @Test
    @DisplayName(
            "C5: a statement_timeout does not cost a waiter its place: of two, the one that came first is served first")
    void shouldKeepPlaceInQueue() throws Exception {
        PostgresLocker limited = locker(CONFIG, () -> with("statement_timeout = 300"));
        PostgresLocker later = elsewhere();
        LockHandle blocking = elsewhere().acquire(request);
        Future<LockHandle> first = threads.submit(() -> limited.acquire(request));
        Server.eventually("the first waits", () -> server.locks(lockId).size() == 2);
        Future<LockHandle> second = threads.submit(() -> later.acquire(request));
        Server.eventually("the second waits", () -> server.locks(lockId).size() == 3);
        Server.letPass(Duration.ofMillis(800));

        blocking.release();

        Server.eventually("one of them is served", () -> first.isDone() || second.isDone());
        assertTrue(first.isDone(), "the first");
        assertFalse(second.isDone());
        first.get().release();
        second.get().release();
    }

    @Test
    @DisplayName("C5: a wait that is longer than statement_timeout ends when it is to end")
    void shouldWaitAsLongAsAsked() throws Exception {
        PostgresLocker limited = locker(CONFIG, () -> with("statement_timeout = 300"));
        LockHandle blocking = elsewhere().acquire(request);

        long millis = millisInVain(limited, Duration.ofSeconds(2));

        assertTrue(
                millis >= 2_000 && millis < 2_000 + CONFIG.connectionTimeout().toMillis(),
                () -> "after " + millis + " ms");
        blocking.release();
    }

    private long millisInVain(PostgresLocker locker, Duration wait) {
        long start = System.nanoTime();
        assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, wait));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Test
    @DisplayName(
            "C5: a server that does not end a wait by itself does not prolong it for long, and keeps nothing of it")
    void shouldEndWaitThatServerDoesNotEnd() throws Exception {
        AtomicBoolean endless = new AtomicBoolean();
        AtomicInteger changed = new AtomicInteger();
        PostgresLocker locker = locker(CONFIG, () -> {
            Connection target = Databases.SHARED.connect();
            return JdbcProxy.connection((proxy, method, args) -> {
                if (endless.get() && method.getName().equals("prepareStatement")) {
                    String sql = (String) args[0];
                    // Zero is no limit.
                    args[0] =
                            sql.replace("('lock_timeout', ?,", "('lock_timeout', pg_catalog.left(?::text, 0) || '0',");
                    changed.addAndGet(sql.equals(args[0]) ? 0 : 1);
                }
                return JdbcProxy.call(target, method, args);
            });
        });
        locker.ping();
        endless.set(true);
        LockHandle blocking = elsewhere().acquire(request);

        long millis = millisInVain(locker, Duration.ofSeconds(1));

        assertEquals(1, changed.get(), "the wait had no limit on the server");
        assertTrue(
                millis >= 1_000 && millis <= 1_000 + CONFIG.connectionTimeout().toMillis(),
                () -> "after " + millis + " ms");
        Server.eventually("nobody waits", () -> server.locks(lockId).size() == 1);
        assertTrue(blocking.isHeld());
        blocking.release();
        assertTrue(server.isFree(lockId));
        locker.acquire(request).release();
    }

    @ParameterizedTest
    @ValueSource(ints = {-15, 0})
    @DisplayName(
            "C12: a lock is not taken for lost when the driver has changed to binary answers, whatever the digits of floats")
    void shouldCompareTimesExactly(int digits) throws Exception {
        PostgresLocker locker = locker(CONFIG, () -> with("extra_float_digits = " + digits));
        LockHandle handle = locker.acquire(request);

        // The driver changes to the binary form after five checks.
        Server.letPass(CHECK_INTERVAL.multipliedBy(10));

        assertTrue(handle.isHeld());
        assertFalse(listener.events().contains("lost"));
        handle.release();
    }

    @Test
    @DisplayName("C17: a session in doubt is ended also where the role may not see when it began")
    void shouldEndSessionsOfAnotherRole() throws Exception {
        String login = "login_" + System.nanoTime();
        String app = "app_" + System.nanoTime();
        try (Connection connection = Databases.SHARED.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create role " + app);
            statement.execute("create role " + login + " login password 'login' in role " + app);
            PostgresLocker locker = locker(CONFIG, () -> {
                Connection own = DriverManager.getConnection(Databases.SHARED.url(), login, "login");
                own.createStatement().execute("set role " + app);
                return own;
            });
            LockHandle one = locker.acquire(request);
            LockHandle other = locker.acquire(io.holdfast.lock.LockRequest.of(key + "/other"));
            LockSession inDoubt = Insides.session(one);
            LockSession asking = Insides.session(other);

            boolean told = asks(asking, inDoubt);

            assertTrue(told, "it is ended, or the role lacks the privilege to end it: it is never taken for gone");
            locker.close();
            Server.eventually("both sessions have ended", () -> server.isFree(lockId));
            Server.eventually(
                    "none of the role",
                    () -> server.ask("select count(*) from pg_stat_activity where usename = '" + login + "'") == 0);
            statement.execute("drop role " + login);
            statement.execute("drop role " + app);
        }
    }

    private static boolean asks(LockSession asking, LockSession inDoubt) {
        try {
            return asking.ask(new TerminateStatement(SessionTraces.of(inDoubt))).wasThere();
        } catch (SQLException e) {
            return SqlStates.isNotPermitted(e);
        }
    }
}
