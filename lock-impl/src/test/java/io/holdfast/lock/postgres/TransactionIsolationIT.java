// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What a transaction sees under a lock, by its isolation level. */
@Timeout(60)
class TransactionIsolationIT extends TransactionLocksTest {

    private static Connection as(String role) throws SQLException {
        return DriverManager.getConnection(Databases.SHARED.url(), role, role);
    }

    private void assertRefusesRepeatableRead(Connection reading) throws Exception {
        reading.setAutoCommit(false);
        execute(reading, "create temporary table if not exists work (id int)");
        execute(reading, "insert into work values (1)");
        List<Executable> questions = List.of(
                () -> locks.acquire(in(reading), bound, LONG),
                () -> locks.acquire(in(reading), bound, LockRequest.IMMEDIATE),
                () -> locks.acquire(in(reading), bound.mode(LockMode.SHARED), LONG),
                () -> locks.tryAcquire(in(reading), bound));
        for (Executable question : questions) {
            LockDatabaseUnfitException refused = assertThrows(LockDatabaseUnfitException.class, question);
            assertTrue(refused.getMessage().startsWith("HOLDFAST-0048"), refused.getMessage());
            assertTrue(refused.getMessage().contains("REPEATABLE READ"), refused.getMessage());
            assertEquals(List.of("failed"), listener.take());
        }
        assertEquals("0", ask(reading, ADVISORY_LOCKS));
        execute(reading, "insert into work values (2)");
        reading.commit();
        assertEquals("2", ask(reading, "select count(*) from work"), "usable, and its work is as it was");
        reading.rollback();
    }

    @Test
    @DisplayName(
            "C22: under REPEATABLE READ it is refused, wherever that was set, and nothing is locked; the transaction goes on")
    void shouldRefuseRepeatableRead() throws Exception {
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        assertRefusesRepeatableRead(connection);

        try (Connection session = Databases.SHARED.connect()) {
            execute(session, "set default_transaction_isolation = 'repeatable read'");
            assertRefusesRepeatableRead(session);
        }

        String role = "reading_" + System.nanoTime();
        execute(connection, "create role " + role + " login password '" + role + "'");
        execute(connection, "alter role " + role + " set default_transaction_isolation = 'repeatable read'");
        connection.commit();
        try (Connection ofRole = as(role)) {
            assertRefusesRepeatableRead(ofRole);
        }
        Server.eventually(
                "none of the role",
                () -> server.ask("select count(*) from pg_stat_activity where usename = '" + role + "'") == 0);
        execute(connection, "drop role " + role);
        connection.commit();
    }

    @Test
    @DisplayName("C22: under REPEATABLE READ it is refused at once, also while somebody else holds the lock")
    void shouldRefuseRepeatableReadBeforeWaiting() throws Exception {
        LockHandle handle = locker.acquire(request);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);

        Future<?> waiter = threads.submit(
                () -> assertThrows(LockDatabaseUnfitException.class, () -> locks.acquire(in(connection), bound, LONG)));

        waiter.get(LONG.toMillis() / 2, TimeUnit.MILLISECONDS);
        connection.rollback();
        assertTrue(handle.isHeld());
        handle.release();
    }

    /** Takes the lock, and sells the seat if it is not sold yet. */
    private void sell(Connection seller, String seats) throws Exception {
        locks.acquire(in(seller), bound, LONG);
        if (ask(seller, "select count(*) from " + seats).equals("0")) {
            execute(seller, "insert into " + seats + " values (1)");
        }
    }

    /** The second seller waits while the first sells; what its commit failed with, or null. */
    private String sellTwice(int isolation, String seats) throws Exception {
        connection.setTransactionIsolation(isolation);
        try (Connection second = transaction()) {
            second.setTransactionIsolation(isolation);
            sell(connection, seats);
            Future<?> waiter = threads.submit(() -> {
                sell(second, seats);
                second.commit();
                return null;
            });
            Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
            connection.commit();
            try {
                waiter.get();
                return null;
            } catch (ExecutionException e) {
                second.rollback();
                return ((SQLException) e.getCause()).getSQLState();
            }
        }
    }

    private void assertSoldOnce(int isolation, String failure) throws Exception {
        String seats = "seats_" + System.nanoTime();
        execute(connection, "create table " + seats + " (seat int)");
        connection.commit();
        try {
            assertEquals(failure, sellTwice(isolation, seats));
            assertEquals("1", ask(connection, "select count(*) from " + seats));
        } finally {
            connection.rollback();
            execute(connection, "drop table " + seats);
            connection.commit();
        }
    }

    @Test
    @DisplayName("C22: under READ COMMITTED the next holder sees what the previous one committed")
    void shouldSeeWhatWasCommitted() throws Exception {
        assertSoldOnce(Connection.TRANSACTION_READ_COMMITTED, null);
    }

    @Test
    @DisplayName("C22: under SERIALIZABLE it is granted, and PostgreSQL refuses a write that rests on what was before")
    void shouldBeSafeUnderSerializable() throws Exception {
        assertSoldOnce(Connection.TRANSACTION_SERIALIZABLE, "40001");
    }
}
