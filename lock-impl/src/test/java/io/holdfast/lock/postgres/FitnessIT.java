// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static io.holdfast.lock.postgres.JdbcProxy.call;
import static io.holdfast.lock.postgres.JdbcProxy.connection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Data sources on which locks would not exclude each other are refused, by ping and by the first acquire. */
@Timeout(60)
class FitnessIT extends LockerTest {

    private void assertRefused(ConnectionSource source, String messageId) {
        LockDatabaseUnfitException byPing = assertThrows(
                LockDatabaseUnfitException.class, () -> locker(CONFIG, source).ping());
        assertTrue(byPing.getMessage().startsWith(messageId), byPing.getMessage());
        LockDatabaseUnfitException byAcquire = assertThrows(
                LockDatabaseUnfitException.class, () -> locker(CONFIG, source).acquire(request));
        assertTrue(byAcquire.getMessage().startsWith(messageId), byAcquire.getMessage());
        assertThrows(
                LockDatabaseUnfitException.class, () -> locker(CONFIG, source).tryAcquire(request));
        assertThrows(
                LockDatabaseUnfitException.class,
                () -> locker(CONFIG.sessions(SessionMode.SHARED), source).acquire(request));
    }

    @Test
    @DisplayName("C2, C27: a data source that gives out one session as two connections is refused")
    void shouldRefuseSharedSession() throws SQLException {
        try (Connection shared = Databases.SHARED.connect()) {
            assertRefused(
                    () -> connection((proxy, method, args) ->
                            List.of("close", "abort").contains(method.getName()) ? null : call(shared, method, args)),
                    "HOLDFAST-0019");
        }
    }

    @Test
    @DisplayName("C3, C27: a source that gives the session of a connection to others between transactions is refused")
    void shouldRefuseSwappedSessions() throws SQLException {
        try (Connection first = Databases.SHARED.connect();
                Connection second = Databases.SHARED.connect()) {
            AtomicReference<Object> inTransaction = new AtomicReference<>();
            assertRefused(
                    () -> {
                        AtomicBoolean autoCommit = new AtomicBoolean(true);
                        return connection((proxy, method, args) -> switch (method.getName()) {
                            case "close", "abort", "rollback" -> null;
                            case "getAutoCommit" -> autoCommit.get();
                            case "setAutoCommit" -> {
                                autoCommit.set((Boolean) args[0]);
                                inTransaction.set(autoCommit.get() ? null : proxy);
                                yield null;
                            }
                            // As a pooler does: a transaction keeps the first session, all others get the second then.
                            default ->
                                call(
                                        inTransaction.get() == null || inTransaction.get() == proxy ? first : second,
                                        method,
                                        args);
                        });
                    },
                    "HOLDFAST-0021");
        }
    }

    @Test
    @DisplayName("C2: a source that shares sessions only later is found out by the next grant, which is refused")
    void shouldFindSharingAtRunTime() throws Exception {
        AtomicBoolean sharing = new AtomicBoolean();
        AtomicReference<Connection> last = new AtomicReference<>();
        PostgresLocker locker = locker(CONFIG, () -> {
            if (!sharing.get()) {
                last.set(Databases.SHARED.connect());
            }
            Connection target = last.get();
            return connection((proxy, method, args) ->
                    method.getName().equals("close") && sharing.get() ? null : call(target, method, args));
        });
        locker.ping();
        LockHandle first = locker.acquire(LockRequest.of(key + "/first"));
        sharing.set(true);

        LockDatabaseUnfitException refused =
                assertThrows(LockDatabaseUnfitException.class, () -> locker.acquire(request));

        assertTrue(refused.getMessage().startsWith("HOLDFAST-0019"), refused.getMessage());
        Server.eventually("the other holder is notified", () -> first.state() == LockState.LOST);
    }

    @Test
    @DisplayName(
            "C3: refresh and release detect a connection that became another session, and affect no lock of that one")
    void shouldFindSwapWhileHeld() throws Exception {
        for (boolean byRefresh : new boolean[] {true, false}) {
            try (Connection stranger = Databases.SHARED.connect()) {
                AtomicBoolean swapped = new AtomicBoolean();
                PostgresLocker locker = locker(CONFIG.checkInterval(LONG), () -> {
                    Connection own = Databases.SHARED.connect();
                    return connection((proxy, method, args) -> call(
                            swapped.get() && !List.of("close", "abort").contains(method.getName()) ? stranger : own,
                            method,
                            args));
                });
                LockHandle handle = locker.acquire(request);
                stranger.createStatement().execute("select pg_advisory_lock_shared(1), pg_advisory_lock(2)");
                swapped.set(true);

                assertNotHeld(handle, byRefresh);

                assertEquals(LockState.LOST, handle.state());
                Server.eventually("the session that held it is ended", () -> server.isFree(lockId));
                assertEquals(2, server.ask("select count(*) from pg_locks where locktype = 'advisory'"));
                swapped.set(false);
            }
        }
    }

    /** A server on which a function or relation does something else. */
    private static ConnectionSource replacing(String text, String by) {
        return () -> {
            Connection target = Databases.SHARED.connect();
            return connection((proxy, method, args) -> method.getName().equals("prepareStatement")
                    ? target.prepareStatement(((String) args[0]).replace(text, by))
                    : call(target, method, args));
        };
    }

    private void assertRefused(ConnectionSource source, String messageId, String observed) {
        assertRefused(source, messageId);
        LockDatabaseUnfitException refused = assertThrows(
                LockDatabaseUnfitException.class, () -> locker(CONFIG, source).ping());
        assertTrue(refused.getMessage().contains(observed), refused.getMessage());
    }

    @Test
    @DisplayName("C1, C27: a server whose lock functions do nothing is refused, and the message has what was observed")
    void shouldRefuseStubs() {
        assertRefused(
                replacing("pg_catalog.pg_try_advisory_lock(?)", "(?::bigint is not null)"),
                "HOLDFAST-0045",
                "granted to another");
        assertRefused(replacing("pg_catalog.pg_advisory_lock(?)", "(?::bigint)"), "HOLDFAST-0045", "that another held");
        assertRefused(
                replacing("pg_catalog.pg_advisory_unlock(?)", "(?::bigint is not null)"),
                "HOLDFAST-0045",
                "after its release");
        assertRefused(
                replacing("pg_catalog.pg_try_advisory_xact_lock(?)", "(?::bigint is not null)"),
                "HOLDFAST-0045",
                "transaction");
        assertRefused(
                replacing("pg_catalog.pg_locks l", "(select * from pg_catalog.pg_locks where false) l"),
                "HOLDFAST-0045",
                "pg_locks");
        assertEquals(0, server.locks(lockId).size());
    }

    @Test
    @DisplayName("C27: while there is no second connection to compare with, it is tried again later, and then refused")
    void shouldTryAgainWhileUnknown() throws Exception {
        ConnectionSource stub = replacing("pg_catalog.pg_try_advisory_lock(?)", "(?::bigint is not null)");
        AtomicBoolean single = new AtomicBoolean(true);
        AtomicInteger open = new AtomicInteger();
        ConnectionSource source = () -> {
            if (single.get() && open.get() > 0) {
                throw new SQLException("no second connection", "08001");
            }
            open.incrementAndGet();
            Connection target = stub.open();
            return connection((proxy, method, args) -> {
                if (method.getName().equals("close")) {
                    open.decrementAndGet();
                }
                return call(target, method, args);
            });
        };
        PostgresLocker locker = locker(CONFIG, source);
        locker.acquire(request).close();
        single.set(false);

        Server.letPass(Duration.ofSeconds(11));

        assertThrows(LockDatabaseUnfitException.class, () -> locker.acquire(request));
    }

    @Test
    @DisplayName("C27: a connection that cannot be set to autocommit is refused")
    void shouldRefuseTransactions() {
        assertRefused(
                () -> {
                    Connection target = Databases.SHARED.connect();
                    return connection((proxy, method, args) -> {
                        if (method.getName().equals("getAutoCommit")) {
                            return false;
                        }
                        if (method.getName().equals("setAutoCommit")) {
                            throw new SQLException("managed by somebody else");
                        }
                        return call(target, method, args);
                    });
                },
                "HOLDFAST-0020");
    }

    @Test
    @DisplayName("C27: another database is refused by its name, whatever is asked of it first")
    void shouldRefuseOtherDatabases() {
        ConnectionSource h2 = () -> {
            Connection target = Databases.SHARED.connect();
            DatabaseMetaData other = JdbcProxy.of(
                    DatabaseMetaData.class,
                    (proxy, method, args) -> method.getName().equals("getDatabaseProductName") ? "H2" : null);
            return connection((proxy, method, args) -> switch (method.getName()) {
                case "getMetaData" -> other;
                case "prepareStatement" -> throw new SQLException("Function \"PG_BACKEND_PID\" not found", "90022");
                default -> call(target, method, args);
            });
        };

        assertRefused(h2, "HOLDFAST-0007: the data source leads to H2");
        LockDatabaseUnfitException refused = assertThrows(
                LockDatabaseUnfitException.class,
                () -> locker(CONFIG, h2).admin().locks());
        assertTrue(refused.getMessage().startsWith("HOLDFAST-0007"), refused.getMessage());
        PostgresLocker locker = locker(CONFIG, h2);
        refused = assertThrows(
                LockDatabaseUnfitException.class,
                () -> locker.transactionLocks()
                        .tryAcquire(Databases.SHARED::connect, request.scope(LockScope.TRANSACTION)));
        assertTrue(refused.getMessage().startsWith("HOLDFAST-0007"), refused.getMessage());
    }

    @Test
    @DisplayName("the comparison is made once, and a source of a single connection is taken as it is")
    void shouldCompareOnce() throws InterruptedException {
        AtomicInteger opened = new AtomicInteger();
        PostgresLocker locker = locker(CONFIG.keepSession(Duration.ZERO), () -> {
            opened.incrementAndGet();
            return Databases.SHARED.connect();
        });
        for (int i = 0; i < 5; i++) {
            locker.acquire(request).release();
        }
        assertEquals(6, opened.get(), "one for each lock, and one to compare with");

        com.zaxxer.hikari.HikariDataSource single = Databases.pool(1);
        PostgresLocker onSingle = locker(CONFIG, ConnectionSource.of(single));
        onSingle.acquire(request).release();
        onSingle.close();
        single.close();
    }
}
