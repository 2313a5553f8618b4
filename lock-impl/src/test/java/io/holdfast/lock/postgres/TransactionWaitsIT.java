// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDeadlockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockUnavailableException;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits for locks of a transaction: they leave the transaction and its work as they were. */
@Timeout(60)
class TransactionWaitsIT extends TransactionLocksTest {

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
    @DisplayName("C5: an interrupt ends the wait and leaves the transaction and its work unchanged")
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
            "the server detects a deadlock of two transactions and reports it to one of them; its work is unchanged")
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
        Server.eventually("one of them is notified", () -> one.isDone() || two.isDone());
        return one.isDone() ? one : two;
    }

    @Test
    @DisplayName("a session that ends while it waits is reported as unavailable; the next transaction gets the lock")
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
}
