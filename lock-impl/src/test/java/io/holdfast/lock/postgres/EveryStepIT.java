// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDeadlockException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A driver that goes wrong at its first call, at its second, and so on, until everything has gone wrong once. */
@Timeout(120)
class EveryStepIT extends LockerTest {

    /** How a call goes wrong. */
    private enum Fault {
        /** Instead of being carried out. */
        REFUSED_BEFORE,
        /** It is carried out, but that is not what we hear. */
        REFUSED_AFTER,
        /** The session ends first. */
        CONNECTION_LOST,
        /** A bug of a wrapper. */
        RUNTIME_EXCEPTION,
        /** The caller is interrupted. */
        INTERRUPT
    }

    private final AtomicInteger calls = new AtomicInteger();
    private final Set<String> wentWrong = new TreeSet<>();

    private int wrongCall;
    private Fault fault;
    private Thread caller;

    /** Counts the calls of what it gives out; all of them run on keeper threads, one after the other. */
    private <T> T counted(T target, Class<T> type) {
        return JdbcProxy.of(type, (proxy, method, args) -> {
            String name = method.getName();
            boolean wrong = !List.of("abort", "toString", "hashCode", "equals").contains(name)
                    && calls.incrementAndGet() == wrongCall;
            if (wrong) {
                wentWrong.add(type.getSimpleName() + "." + name);
                before(target);
            }
            Object result = JdbcProxy.call(target, method, args);
            if (wrong && fault == Fault.REFUSED_AFTER) {
                throw new SQLException("on purpose, after " + name, "XX000");
            }
            if (result instanceof PreparedStatement statement) {
                return counted(statement, PreparedStatement.class);
            }
            return result instanceof ResultSet rows ? counted(rows, ResultSet.class) : result;
        });
    }

    private void before(Object target) throws SQLException {
        switch (fault) {
            case REFUSED_BEFORE -> throw new SQLException("on purpose", "XX000");
            case RUNTIME_EXCEPTION -> throw new IllegalStateException("on purpose");
            case CONNECTION_LOST -> {
                Connection connection = target instanceof Connection c
                        ? c
                        : target instanceof PreparedStatement s
                                ? s.getConnection()
                                : ((ResultSet) target).getStatement().getConnection();
                server.terminate(
                        connection.unwrap(org.postgresql.PGConnection.class).getBackendPID());
            }
            case INTERRUPT -> caller.interrupt();
            case REFUSED_AFTER -> {}
        }
    }

    private void attempt(PostgresLocker locker, LockRequest wanted) {
        try {
            LockHandle handle = locker.acquire(wanted);
            if (fault != Fault.CONNECTION_LOST) {
                assertEquals(1, server.locks(lockId).size(), "what is granted is held");
            }
            handle.release();
        } catch (LockException | IllegalStateException | InterruptedException e) {
            assertTrue(fault != Fault.INTERRUPT || e instanceof InterruptedException, e::toString);
        } finally {
            Thread.interrupted();
        }
    }

    private static Stream<org.junit.jupiter.params.provider.Arguments> faultsAndModes() {
        return Stream.of(Fault.values())
                .flatMap(fault -> Stream.of(SessionMode.values())
                        .map(mode -> org.junit.jupiter.params.provider.Arguments.of(fault, mode)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("faultsAndModes")
    @DisplayName("C5, C16, C17: whichever call of acquire and release fails, no lock, turn or connection is left")
    void shouldSurviveFailureOfEveryCall(Fault kind, SessionMode mode) throws Exception {
        fault = kind;
        caller = Thread.currentThread();
        for (LockRequest wanted : List.of(request, request.enforcedTtl(LONG))) {
            int call = 0;
            do {
                PostgresLocker locker = locker(
                        CONFIG.sessions(mode).checkInterval(LONG),
                        () -> counted(pool.getConnection(), Connection.class));
                wrongCall = Integer.MAX_VALUE;
                locker.ping();
                calls.set(0);
                wrongCall = ++call;

                attempt(locker, wanted);

                wrongCall = Integer.MAX_VALUE;
                Server.eventually("free after call " + call, () -> server.isFree(lockId));
                locker.tryAcquire(wanted).orElseThrow().release();
                locker.close();
                int last = call;
                Server.eventually(
                        "no connection is missing after call " + last,
                        () -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
            } while (calls.get() >= call && call < 300);
            assertTrue(call > 20 && call < 300, "every call went wrong once: " + wentWrong);
        }
    }

    @Test
    @DisplayName("C6: a deadlock that the server finds is an outcome of its own, and leaves nothing behind")
    void shouldTellDeadlock() throws Exception {
        fault = Fault.REFUSED_BEFORE;
        PostgresLocker locker = locker(CONFIG, () -> deadlocking(pool.getConnection()));
        LockHandle blocking = elsewhere().acquire(request);

        LockException told = org.junit.jupiter.api.Assertions.assertThrows(
                LockDeadlockException.class, () -> locker.acquire(request));

        assertTrue(told.getMessage().startsWith("HOLDFAST-0016"), told.getMessage());
        assertEquals(1, server.locks(lockId).size(), "the other's");
        blocking.release();
    }

    private static Connection deadlocking(Connection target) {
        return JdbcProxy.connection((proxy, method, args) -> {
            if (method.getName().equals("prepareStatement") && ((String) args[0]).contains("lock_timeout")) {
                throw new SQLException("deadlock detected", "40P01");
            }
            return JdbcProxy.call(target, method, args);
        });
    }
}
