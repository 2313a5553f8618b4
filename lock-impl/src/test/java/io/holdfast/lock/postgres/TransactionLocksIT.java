// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks that end with the transaction of a connection that is not the locker's. */
@Timeout(60)
class TransactionLocksIT extends TransactionLocksTest {

    @Test
    @DisplayName("the lock is on the session of the transaction, and freed by its commit and by its rollback")
    void shouldEndWithTransaction() throws Exception {
        TransactionLock lock = locks.acquire(in(connection), bound, LONG);
        assertTrue(lock.isHeld());
        assertTrue(isHeldBy(connection));
        connection.commit();
        assertTrue(server.isFree(lockId));

        assertTrue(locks.tryAcquire(in(connection), bound).isPresent());
        assertTrue(isHeldBy(connection));
        connection.rollback();
        assertTrue(server.isFree(lockId));
    }

    @Test
    @DisplayName("the expected database is recognized whatever the digits of floats")
    void shouldRecognizeDatabaseWithRoundedFloats() throws Exception {
        execute(connection, "set extra_float_digits = -5");
        for (int i = 0; i < 8; i++) {
            assertTrue(locks.tryAcquire(in(connection), bound).isPresent());
            connection.commit();
        }
    }

    @Test
    @DisplayName(
            "C1: it excludes session locks and other transactions, and is excluded by them; shared ones go together")
    void shouldExclude() throws Exception {
        locks.acquire(in(connection), bound, LONG);
        assertTrue(locker.tryAcquire(request).isEmpty());
        try (Connection other = transaction()) {
            assertTrue(locks.tryAcquire(in(other), bound).isEmpty());
            assertTrue(locks.tryAcquire(in(other), bound.mode(LockMode.SHARED)).isEmpty());
            connection.commit();
            assertTrue(locks.tryAcquire(in(other), bound.mode(LockMode.SHARED)).isPresent());
            assertTrue(locks.tryAcquire(in(connection), bound.mode(LockMode.SHARED))
                    .isPresent());
            assertTrue(locker.tryAcquire(request).isEmpty());
            other.rollback();
        }
        connection.rollback();

        LockHandle handle = locker.acquire(request);
        assertTrue(locks.tryAcquire(in(connection), bound).isEmpty());
        handle.release();
        assertTrue(locks.tryAcquire(in(connection), bound).isPresent());
        connection.rollback();
    }

    @Test
    @DisplayName("a free lock costs one round trip; no setting of the transaction is changed")
    void shouldCostOneRoundTrip() throws Exception {
        locks.acquire(in(connection), bound, LONG);
        connection.rollback();
        execute(connection, "set local lock_timeout = '4711ms'");
        statements.clear();

        locks.acquire(in(connection), bound, LONG);
        assertEquals(1, statements.size(), statements::toString);
        assertEquals("4711ms", ask(connection, "show lock_timeout"));

        try (Connection other = transaction()) {
            execute(other, "set lock_timeout = '4712ms'");
            other.commit();
            assertTrue(locks.tryAcquire(in(other), bound).isEmpty());
            assertThrows(LockNotAcquiredException.class, () -> locks.acquire(in(other), bound, Duration.ofMillis(50)));
            assertEquals("4712ms", ask(other, "show lock_timeout"));
            connection.commit();
            locks.acquire(in(other), bound, LONG);
            other.commit();
            assertEquals("4712ms", ask(other, "show lock_timeout"));
        }
    }

    @Test
    @DisplayName("C27: without a transaction it is refused, and nothing is held")
    void shouldRefuseAutoCommit() throws Exception {
        try (Connection alone = Databases.SHARED.connect()) {
            for (Duration wait : List.of(LONG, LockRequest.IMMEDIATE)) {
                assertThrows(LockDatabaseUnfitException.class, () -> locks.acquire(in(alone), bound, wait));
                assertThrows(LockDatabaseUnfitException.class, () -> locks.tryAcquire(in(alone), bound));
                assertTrue(server.isFree(lockId));
            }
            assertEquals("1", ask(alone, "select 1"), "usable");
        }
    }

    @Test
    @DisplayName("C27: a transaction of another database is refused")
    void shouldRefuseOtherDatabase() throws Exception {
        inOtherDatabase(other -> {
            assertThrows(LockDatabaseUnfitException.class, () -> locks.acquire(in(other), bound, LONG));
            assertEquals("0", ask(other, ADVISORY_LOCKS), "none is taken there");
        });
    }

    @Test
    @DisplayName("C19: a locker that is closed while a lock is asked for is reported as closed, and not as unreachable")
    void shouldReportClosingMeanwhile() throws Exception {
        locks.acquire(in(connection), bound, LONG);
        inOtherDatabase(other -> {
            Connection closing = JdbcProxy.connection((proxy, method, arguments) -> {
                if (method.getName().equals("prepareStatement")) {
                    locker.close();
                }
                return JdbcProxy.call(other, method, arguments);
            });
            IllegalStateException closed = assertThrows(
                    IllegalStateException.class, () -> locks.tryAcquire(() -> JdbcProxy.unclosed(closing), bound));
            assertTrue(closed.getMessage().startsWith("HOLDFAST-0010"), closed.getMessage());
        });
    }

    @FunctionalInterface
    private interface WithConnection {
        void run(Connection other) throws Exception;
    }

    /** In a transaction of a database that does not have the locks. */
    private void inOtherDatabase(WithConnection work) throws Exception {
        String name = "other_" + key.replaceAll("\\W", "_");
        try (Connection admin = Databases.SHARED.connect()) {
            execute(admin, "create database " + name);
            String url = Databases.SHARED.url().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1");
            try (Connection other =
                    DriverManager.getConnection(url, Databases.SHARED.user(), Databases.SHARED.password())) {
                other.setAutoCommit(false);
                work.run(other);
                other.rollback();
            } finally {
                execute(admin, "drop database " + name);
            }
        }
    }

    @Test
    @DisplayName("releasing a handle is never refused, and the lock stays until the transaction ends")
    void shouldStayUntilTransactionEnds() throws Exception {
        TransactionLock lock = locks.acquire(in(connection), bound, LONG);
        assertThrows(IllegalStateException.class, () -> lock.refresh(LONG));
        lock.release();
        assertEquals(LockState.RELEASED, lock.state());
        assertThrows(LockNotHeldException.class, lock::release);
        lock.close();
        assertTrue(isHeldBy(connection));
        assertEquals(List.of("acquired"), listener.take());

        connection.commit();
        lock.completed();
        lock.completed();
        assertEquals(List.of("released"), listener.take());
    }

    @Test
    @DisplayName("C19: a closed locker refuses")
    void shouldRefuseWhenClosed() {
        locker.close();
        assertThrows(IllegalStateException.class, () -> locks.acquire(in(connection), bound, LONG));
    }

    @Test
    @DisplayName(
            "C5: if the locks' own database cannot be asked for comparison, the lock is refused and nothing is locked")
    void shouldLockNothingIfOwnDatabaseCannotBeAsked() throws Exception {
        try (PostgresLocker exhausted = new PostgresLocker(
                CONFIG,
                () -> {
                    throw new SQLTransientConnectionException("no connection is free");
                },
                List.of())) {
            assertThrows(
                    LockConnectionTimeoutException.class,
                    () -> exhausted.transactionLocks().acquire(in(connection), bound, LONG));
        }
        assertTrue(server.isFree(lockId));
    }

    @Test
    @DisplayName("C6: an exhausted pool of the transaction is reported as such, and counted as a failure")
    void shouldTellExhaustedPool() {
        ConnectionSource exhausted = () -> {
            throw new SQLTransientConnectionException("no connection is free");
        };
        assertThrows(LockConnectionTimeoutException.class, () -> locks.acquire(exhausted, bound, LONG));
        assertEquals(List.of("failed"), listener.take());
    }

    @Test
    @DisplayName("a transaction that failed before is reported as such")
    void shouldTellFailedTransaction() throws Exception {
        assertThrows(SQLException.class, () -> execute(connection, "select 1/0"));
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> locks.acquire(in(connection), bound, LONG));
        assertTrue(refused.getMessage().startsWith("HOLDFAST-0044"), refused.getMessage());
        connection.rollback();
        locks.acquire(in(connection), bound, LONG);
        connection.rollback();
    }
}
