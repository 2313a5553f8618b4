// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** The server does not answer a caller's own thread: the same comes of it as if a keeper had asked. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class CallersThreadFaultsIT extends CallersFaultTest {

    private static final int POOL_SIZE = 4;

    private LockUnavailableException failureOfFrozen(PostgresLocker locker, boolean caller) throws Exception {
        int pid = warmUp(locker);
        freeze(pid);
        LockUnavailableException[] failure = new LockUnavailableException[1];

        assertWithin(
                ANSWERED,
                () -> failure[0] = assertThrows(LockUnavailableException.class, () -> locker.acquire(request)));

        assertAskedBy(caller);
        Server.eventually("the server has ended the session", () -> !server.sessionExists(pid));
        LockHandle next = locker.acquire(request);
        assertNotEquals(pid, server.holder(lockId));
        next.release();
        return failure[0];
    }

    @Test
    @DisplayName("C7: a caller whose acquire is not answered gets the same exception in time as with a keeper")
    void shouldGiveUpAcquire() throws Exception {
        PostgresLocker locker = locker();
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));

        LockException failure = failureOfFrozen(locker, true);

        assertTrue(failure.getMessage().startsWith("HOLDFAST-0005"), failure::getMessage);
        assertEquals(failureOfFrozen(onKeepers(), false).getMessage(), failure.getMessage());
        assertTrue(other.isHeld());
        other.release();
        assertEquals(LockState.RELEASED, other.state());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C7: a keeper's answer is missed after the answer timeout, also if a connection may take longer")
    void shouldMissAnswerOfKeeper(boolean blocking) throws Exception {
        PostgresLocker locker = onKeepers(KEEPING.connectionTimeout(Duration.ofSeconds(30)));
        freeze(warmUp(locker));

        assertWithin(ANSWERED.plus(CONFIG.answerTimeout()), () -> {
            Throwable failure = blocking
                    ? assertThrows(LockUnavailableException.class, () -> locker.acquire(request))
                    : assertThrows(
                                    ExecutionException.class,
                                    () -> locker.acquireAsync(request).get())
                            .getCause();
            assertTrue(failure.getMessage().startsWith("HOLDFAST-0005"), failure::getMessage);
        });

        assertAskedBy(false);
    }

    private void releaseFrozen(PostgresLocker locker, boolean caller) throws Exception {
        int pid = warmUp(locker);
        LockHandle handle = locker.acquire(request);
        sockets.clear();
        freeze(pid);

        assertWithin(ANSWERED, handle::release);

        assertAskedBy(caller);
        assertEquals(LockState.RELEASED, handle.state());
        Server.eventually("the server has ended the session", () -> !server.sessionExists(pid));
        assertTrue(server.isFree(lockId));
        locker.acquire(request).release();
    }

    @Test
    @DisplayName("C16: a caller whose release is not answered returns in time, with the same log as with a keeper")
    void shouldGiveUpRelease() throws Exception {
        PostgresLocker locker = locker();
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));

        releaseFrozen(locker, true);
        releaseFrozen(onKeepers(), false);

        List<String> messages = log.messages("HOLDFAST-0013");
        assertEquals(2, messages.size(), messages::toString);
        assertEquals(messages.get(1), messages.get(0));
        assertTrue(other.isHeld());
        other.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("C18: the connection of a caller that was not answered does not go back to its pool")
    void shouldNotPoolUnansweredConnection(boolean acquiring) throws Exception {
        try (HikariDataSource pool = Databases.pool(throughRelay, POOL_SIZE)) {
            PostgresLocker locker = locker(ConnectionSource.of(pool));
            int pid = warmUp(locker);
            if (acquiring) {
                freeze(pid);
                assertThrows(LockUnavailableException.class, () -> locker.acquire(request));
            } else {
                LockHandle handle = locker.acquire(request);
                freeze(pid);
                handle.release();
            }
            assertAskedBy(true);
            Server.eventually("the server has ended the session", () -> !server.sessionExists(pid));
            locker.close();

            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < POOL_SIZE; i++) {
                all.add(pool.getConnection());
                assertTrue(all.get(i).isValid(5));
                assertNotEquals(pid, all.get(i).unwrap(PGConnection.class).getBackendPID());
            }
            for (Connection each : all) {
                each.close();
            }
        }
    }
}
