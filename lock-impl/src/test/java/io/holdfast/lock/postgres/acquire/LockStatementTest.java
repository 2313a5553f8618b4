// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LockStatementTest {

    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final LockerConfig CONFIG =
            LockerConfig.DEFAULT.sessions(SessionMode.SHARED).heartbeat(HEARTBEAT);

    private final Keepers keepers = new Keepers();

    /** How long the server takes to answer the next statement. */
    private final AtomicReference<Duration> answersAfter = new AtomicReference<>(Duration.ZERO);

    @AfterEach
    void stop() {
        keepers.stop(HEARTBEAT);
    }

    @Test
    @DisplayName("C12: a grant that comes after a shared session's time does not show its other locks as held again")
    void shouldNotReviveSharedSession() throws Exception {
        LockSession session =
                new Sessions(this::connection, CONFIG).open("a lock", Deadline.after(HEARTBEAT), HEARTBEAT, () -> {});
        session.setUp();
        assertTrue(statement("first").tryOn(session, true).isPresent());

        answersAfter.set(HEARTBEAT.multipliedBy(6).dividedBy(5));
        LockStatement late = statement("second");

        LockUnavailableException refused =
                assertThrows(LockUnavailableException.class, () -> late.tryOn(session, false));
        assertTrue(refused.getMessage().startsWith("HOLDFAST-0009"), refused.getMessage());
        assertTrue(session.lifetime().hasEnded());
    }

    private LockStatement statement(String key) {
        return new LockStatement(LockRequest.of(key), key.hashCode(), Deadline.after(HEARTBEAT), CONFIG, keepers);
    }

    /** A server that grants everything. */
    private Connection connection() {
        return fake(Connection.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "prepareStatement" -> statement();
            case "getAutoCommit" -> true;
            case "isClosed" -> false;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private PreparedStatement statement() {
        return fake(PreparedStatement.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "execute" -> {
                pass(answersAfter.getAndSet(Duration.ZERO));
                yield true;
            }
            case "getResultSet" -> row();
            case "getMoreResults" -> false;
            default -> null;
        });
    }

    /** A thread that is parked may wake up early. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static ResultSet row() {
        return fake(ResultSet.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "next", "getBoolean" -> true;
            case "wasNull" -> false;
            case "getInt" -> 7;
            case "getLong" -> 0L;
            // The idle timeout and the application name as they were; there is no fencing token.
            case "getString" -> (int) arguments[0] <= 5 ? "0" : null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static <T> T fake(Class<T> type, InvocationHandler calls) {
        return type.cast(
                Proxy.newProxyInstance(LockStatementTest.class.getClassLoader(), new Class<?>[] {type}, calls));
    }
}
