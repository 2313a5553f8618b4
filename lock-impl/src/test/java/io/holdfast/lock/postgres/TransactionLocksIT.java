// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockDeadlockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Locks that end with the transaction of a connection that is not the locker's. */
@Timeout(60)
class TransactionLocksIT extends LockerTest {

    private static final String ADVISORY_LOCKS =
            "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()";

    private final PostgresLocker locker = locker(CONFIG);
    private final TransactionLocks locks = locker.transactionLocks();
    private final LockRequest bound = request.scope(LockScope.TRANSACTION);
    private final List<String> statements = new CopyOnWriteArrayList<>();
    private Connection connection;

    @BeforeEach
    void begin() throws SQLException {
        connection = transaction();
        execute(connection, "create temporary table work (id int)");
        connection.commit();
    }

    @AfterEach
    void end() throws SQLException {
        connection.close();
    }

    private Connection transaction() throws SQLException {
        Connection opened = Statements.watched(Databases.SHARED.connect(), statements::add);
        opened.setAutoCommit(false);
        return opened;
    }

    /** As a pool's: it is open still when the locks have closed it. */
    private static ConnectionSource in(Connection connection) {
        return () -> JdbcProxy.unclosed(connection);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private boolean isHeldBy(Connection holder) throws SQLException {
        return server.holder(lockId) == Integer.parseInt(ask(holder, "select pg_backend_pid()"));
    }

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
    @DisplayName("C5: a wait that ends without the lock leaves the transaction and its work as they were")
    void shouldLeaveTransactionUsable() throws Exception {
        LockHandle handle = locker.acquire(request);
        execute(connection, "insert into work values (1)");
        assertTrue(locks.tryAcquire(in(connection), bound).isEmpty());
        assertThrows(
                LockNotAcquiredException.class, () -> locks.acquire(in(connection), bound, Duration.ofMillis(100)));
        execute(connection, "insert into work values (2)");
        connection.commit();

        assertEquals("2", ask(connection, "select count(*) from work"));
        assertTrue(handle.isHeld());
        handle.release();
        assertEquals(List.of("acquired", "contended", "contended", "released"), listener.take());
    }

    @Test
    @DisplayName("C5: it waits in the server's queue, and gets the lock when the holder releases it")
    void shouldWait() throws Exception {
        LockHandle handle = locker.acquire(request);
        Future<Boolean> waiter = threads.submit(() -> {
            locks.acquire(in(connection), bound, LONG);
            return isHeldBy(connection);
        });
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        handle.release();

        assertTrue(waiter.get());
        connection.commit();
    }

    @Test
    @DisplayName("C5: an interrupt ends the wait; the transaction and its work are as they were")
    void shouldBeInterruptible() throws Exception {
        LockHandle handle = locker.acquire(request);
        execute(connection, "insert into work values (1)");
        AtomicReference<Thread> thread = new AtomicReference<>();
        Future<Boolean> waiter = threads.submit(() -> {
            thread.set(Thread.currentThread());
            assertThrows(InterruptedException.class, () -> locks.acquire(in(connection), bound, LockRequest.UNLIMITED));
            return Thread.interrupted();
        });
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        thread.get().interrupt();

        assertFalse(waiter.get(), "the flag is cleared, as an InterruptedException says");
        assertEquals("1", ask(connection, "select count(*) from work"));
        connection.commit();
        handle.release();

        Thread.currentThread().interrupt();
        statements.clear();
        assertThrows(InterruptedException.class, () -> locks.acquire(in(connection), bound, LONG));
        assertEquals(List.of(), statements, "the connection is not touched");
    }

    @Test
    @DisplayName("C5: an interrupt meets the wait for the lock, and no later statement of the application")
    void shouldNotCancelLaterStatements() throws Exception {
        for (int round = 0; round < 200; round++) {
            LockHandle handle = locker.acquire(request);
            AtomicReference<Thread> thread = new AtomicReference<>();
            Future<?> waiter = threads.submit(() -> {
                thread.set(Thread.currentThread());
                try {
                    locks.acquire(in(connection), bound, LONG);
                } catch (InterruptedException e) {
                    execute(connection, "select 1");
                }
                for (int i = 0; i < 20; i++) {
                    execute(connection, "select pg_sleep(0.005)");
                }
                return Thread.interrupted();
            });
            Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
            if (round % 2 == 0) {
                handle.release();
                thread.get().interrupt();
            } else {
                thread.get().interrupt();
                handle.release();
            }
            waiter.get();
            connection.rollback();
        }
    }

    @Test
    @DisplayName(
            "a deadlock of two transactions is found by the server, and told to one of them; its work is as it was")
    void shouldTellDeadlock() throws Exception {
        LockRequest second = LockRequest.of(key + "/second").scope(LockScope.TRANSACTION);
        try (Connection other = transaction()) {
            execute(connection, "insert into work values (1)");
            locks.acquire(in(connection), bound, LONG);
            locks.acquire(in(other), second, LONG);
            Future<?> one = threads.submit(() -> locks.acquire(in(connection), second, LONG));
            Future<?> two = threads.submit(() -> locks.acquire(in(other), bound, LONG));
            Future<?> failed = failsFirst(one, two);

            ExecutionException failure = assertThrows(ExecutionException.class, failed::get);
            assertEquals(LockDeadlockException.class, failure.getCause().getClass());
            Connection victim = failed == one ? connection : other;
            assertEquals("1", ask(victim, "select 1"), "usable");
            victim.rollback();
            (failed == one ? two : one).get();
            other.rollback();
            connection.rollback();
        }
    }

    private static Future<?> failsFirst(Future<?> one, Future<?> two) throws InterruptedException {
        Server.eventually("one of them is told", () -> one.isDone() || two.isDone());
        return one.isDone() ? one : two;
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
        String name = "other_" + key.replaceAll("\\W", "_");
        try (Connection admin = Databases.SHARED.connect()) {
            execute(admin, "create database " + name);
            String url = Databases.SHARED.url().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1");
            try (Connection other =
                    DriverManager.getConnection(url, Databases.SHARED.user(), Databases.SHARED.password())) {
                other.setAutoCommit(false);
                assertThrows(LockDatabaseUnfitException.class, () -> locks.acquire(in(other), bound, LONG));
                assertEquals("0", ask(other, ADVISORY_LOCKS), "none is taken there");
                other.rollback();
            } finally {
                execute(admin, "drop database " + name);
            }
        }
    }

    @Test
    @DisplayName("a session that ends while it waits is told as unavailable; the next transaction locks")
    void shouldTellLostSession() throws Exception {
        LockHandle handle = locker.acquire(request);
        int pid = Integer.parseInt(ask(connection, "select pg_backend_pid()"));
        Future<?> waiter = threads.submit(() -> locks.acquire(in(connection), bound, LONG));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);
        server.terminate(pid);

        ExecutionException failure = assertThrows(ExecutionException.class, waiter::get);
        assertEquals(LockUnavailableException.class, failure.getCause().getClass());
        handle.release();
        try (Connection other = transaction()) {
            locks.acquire(in(other), bound, LONG);
            other.rollback();
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
    @DisplayName("C19: a wait ends when the locker is closed; the transaction and its work are as they were")
    void shouldEndWaitWhenClosed() throws Exception {
        try (PostgresLocker elsewhere = locker(CONFIG)) {
            LockHandle handle = elsewhere.acquire(request);
            execute(connection, "insert into work values (1)");
            Future<?> waiter = threads.submit(() -> locks.acquire(in(connection), bound, LockRequest.UNLIMITED));
            Server.eventually("it waits", () -> server.locks(lockId).size() == 2);

            locker.close();

            ExecutionException failure = assertThrows(ExecutionException.class, () -> waiter.get(10, TimeUnit.SECONDS));
            assertEquals(IllegalStateException.class, failure.getCause().getClass());
            assertEquals("1", ask(connection, "select count(*) from work"));
            handle.release();
        }
    }

    @Test
    @DisplayName("C5: the shortest wait asks for the lock")
    void shouldAskAtLeastOnce() throws Exception {
        locks.acquire(in(connection), bound, Duration.ofNanos(1));
        assertTrue(isHeldBy(connection));
    }

    @Test
    @DisplayName("C5: what cannot be compared with the locks' own database is refused before anything is locked")
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
    @DisplayName("C6: an exhausted pool of the transaction is told as such, and counted as a failure")
    void shouldTellExhaustedPool() {
        ConnectionSource exhausted = () -> {
            throw new SQLTransientConnectionException("no connection is free");
        };
        assertThrows(LockConnectionTimeoutException.class, () -> locks.acquire(exhausted, bound, LONG));
        assertEquals(List.of("failed"), listener.take());
    }

    @Test
    @DisplayName("a transaction that failed before is told as such")
    void shouldTellFailedTransaction() throws Exception {
        assertThrows(SQLException.class, () -> execute(connection, "select 1/0"));
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> locks.acquire(in(connection), bound, LONG));
        assertTrue(refused.getMessage().startsWith("HOLDFAST-0044"), refused.getMessage());
        connection.rollback();
        locks.acquire(in(connection), bound, LONG);
        connection.rollback();
    }

    // ---- isolation

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
