// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What version 0.1 does on the server, as plain statements, beside a locker of this version. A release whose locker does not pass
 * this test cannot share a database with version 0.1. Do not change the statements: docs/operations.md, "Upgrading", relies on them.
 */
@Timeout(60)
class ProtocolIT extends LockerTest {

    private static final int NAMESPACE = 7;
    private static final String KEY = "order:42";
    private static final String ID = "(-7118873874016195556)";

    private static final String TOKEN = "select pg_logical_emit_message(true, 'holdfast', '') - '0/0'::pg_lsn,"
            + " substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)";

    private final PostgresLocker locker = locker(LockerConfig.DEFAULT.namespace(NAMESPACE));
    private Connection other;

    @BeforeEach
    void connect() throws SQLException {
        other = Databases.SHARED.connect();
    }

    @AfterEach
    void disconnect() throws SQLException {
        other.close();
    }

    private boolean ask(String sql) throws SQLException {
        try (Statement statement = other.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getBoolean(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EXCLUSIVE, pg_try_advisory_lock, EXCLUSIVE, false",
        "EXCLUSIVE, pg_try_advisory_lock, SHARED, false",
        "SHARED, pg_try_advisory_lock_shared, EXCLUSIVE, false",
        "SHARED, pg_try_advisory_lock_shared, SHARED, true"
    })
    @DisplayName("C1: a locker and a locker of version 0.1 exclude each other, except where both are SHARED")
    void shouldExcludeEachOther(LockMode ofOther, String function, LockMode mode, boolean together) throws Exception {
        LockRequest request = LockRequest.of(KEY).mode(mode);

        assertTrue(ask("select " + function + ID), "the other locks first, as " + ofOther);
        Optional<LockHandle> second = locker.tryAcquire(request);
        assertEquals(together, second.isPresent());
        second.ifPresent(LockHandle::close);
        assertTrue(ask("select " + function.replace("try_", "").replace("lock", "unlock") + ID));

        try (LockHandle first = locker.acquire(request)) {
            assertEquals(together, ask("select " + function + ID), "the other locks while " + first.state());
        }
    }

    @Test
    @DisplayName("C1: a locker excludes a transaction lock of version 0.1, and is excluded by it")
    void shouldExcludeTransactionLocks() throws Exception {
        other.setAutoCommit(false);
        assertTrue(ask("select pg_try_advisory_xact_lock" + ID));
        assertTrue(locker.tryAcquire(KEY).isEmpty());
        other.commit();

        try (LockHandle first = locker.acquire(KEY)) {
            assertFalse(ask("select pg_try_advisory_xact_lock" + ID), "the other locks while " + first.state());
        }
    }

    @Test
    @DisplayName("C15: tokens of a locker and of version 0.1 grow together")
    void shouldDrawTokensFromOneSource() throws Exception {
        FencingToken first = tokenOfLocker();
        FencingToken second = tokenOfOther();
        FencingToken third = tokenOfLocker();

        assertTrue(first.compareTo(second) < 0, first + " " + second);
        assertTrue(second.compareTo(third) < 0, second + " " + third);
    }

    private FencingToken tokenOfLocker() throws InterruptedException {
        try (LockHandle handle = locker.acquire(LockRequest.of(KEY).fenced(true))) {
            return handle.fencingToken().orElseThrow();
        }
    }

    private FencingToken tokenOfOther() throws SQLException {
        try (Statement statement = other.createStatement();
                ResultSet result = statement.executeQuery(TOKEN)) {
            result.next();
            return new FencingToken(Long.parseLong(result.getString(2), 16), result.getLong(1));
        }
    }

    @Test
    @DisplayName(
            "the administration shows the key of a lock of version 0.1, and version 0.1 finds the key in the same place")
    void shouldShowKeys() throws Exception {
        ask("select set_config('application_name', 'node1 holdfast/7/695661c0/" + KEY + "', false) is not null");
        assertTrue(ask("select pg_try_advisory_lock" + ID));
        List<LockInfo> shown = locker.admin().locks().stream()
                .filter(lock -> KEY.equals(lock.key()))
                .toList();
        assertEquals(1, shown.size());
        assertTrue(ask("select pg_advisory_unlock" + ID));

        try (LockHandle handle = locker.acquire(KEY)) {
            assertTrue(
                    ask("select count(*) = 1 from pg_stat_activity where application_name ~"
                            + " '^(.* )?holdfast/7/[0-9a-f]{8}/" + KEY + "$' and pid <> pg_backend_pid()"),
                    () -> "shown while " + handle.state());
        }
    }
}
