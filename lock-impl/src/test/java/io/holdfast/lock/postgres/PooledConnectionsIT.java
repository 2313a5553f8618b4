// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lock finds on the connections of a pool, and what it leaves there. */
@Timeout(60)
class PooledConnectionsIT extends RarelyCheckedTest {

    @Test
    @DisplayName("C18: a connection goes back to the pool as it came")
    void shouldReturnConnectionsUnchanged() throws Exception {
        HikariDataSource single = Databases.pool(1);
        try (PostgresLocker onSingle = locker(() -> {
            Connection connection = single.getConnection();
            connection.setAutoCommit(false);
            return connection;
        })) {
            String before = settings(single);

            onSingle.acquire(request.enforcedTtl(LONG)).release();
            onSingle.acquire(request, LockRequest.IMMEDIATE).release();
            PostgresLocker elsewhere = elsewhere();
            LockHandle handle = elsewhere.acquire(request);
            assertThrows(LockNotAcquiredException.class, () -> onSingle.acquire(request, BRIEF));
            assertTrue(onSingle.tryAcquire(request.enforcedTtl(LONG)).isEmpty());
            handle.release();

            assertEquals(before, settings(single), "settings, autocommit and backend are as before");
            assertEquals(0, server.advisoryLocks());
        }
        single.close();
    }

    private static String settings(HikariDataSource pool) throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select string_agg(name || '=' || setting, ',' order by name) || pg_backend_pid()"
                                + " from pg_settings")) {
            rows.next();
            return rows.getString(1) + connection.getAutoCommit() + connection.getNetworkTimeout();
        }
    }

    @Test
    @DisplayName("a lock that an earlier user left on a pooled session is not taken for granted")
    void shouldWipeLeakedLocks() throws Exception {
        HikariDataSource single = Databases.pool(1);
        try (Connection careless = single.getConnection();
                Statement statement = careless.createStatement()) {
            statement.execute("select pg_advisory_lock(" + lockId + ")");
        }
        PostgresLocker onSingle = locker(single::getConnection);

        onSingle.acquire(LockRequest.of(key + "/other")).release();

        assertTrue(server.isFree(lockId), "the leaked lock is gone");
        onSingle.close();
        single.close();
    }

    @Test
    @DisplayName("C18, C20: a connection never goes back to the pool with an enforced ttl set, also after an error")
    void shouldNotLeaveTtlOnPooledConnections() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle blocking = elsewhere.acquire(request);
        PostgresLocker onBroken = locker(() -> JdbcProxy.failing(
                pool.getConnection(),
                (method, argument) -> argument.startsWith("select exists"),
                new SQLException("on purpose", "57014")));
        Future<LockHandle> waiter = threads.submit(() -> onBroken.acquire(request.enforcedTtl(Duration.ofSeconds(1))));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        // Only a grant that arrives after more than half of the ttl is confirmed by another question.
        Server.letPass(Duration.ofMillis(600));

        blocking.release();

        assertThrows(ExecutionException.class, waiter::get, "the confirming question fails");
        Server.eventually("the lock is free", () -> server.isFree(lockId));
        Server.eventually(
                "no session has the ttl",
                () -> server.ask("select count(*) from pg_stat_activity where pid in"
                                + " (select pid from pg_locks where locktype = 'advisory')")
                        == 0);
        for (int i = 0; i < 3; i++) {
            assertTrue(settings(pool).contains("idle_session_timeout=0,"));
        }
        onBroken.close();
    }

    @Test
    @DisplayName("a pooled connection whose session ended while it was idle is replaced, not reported")
    void shouldReplaceStaleConnections() throws Exception {
        locker.acquire(request).release();
        int pid;
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
            rows.next();
            pid = rows.getInt(1);
        }
        server.terminate(pid);

        locker.acquire(request).release();
    }
}
