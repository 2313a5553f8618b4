// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** What happens to a held lock, its holder and everybody else when the server or a part of it dies or stands still. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ServerFaultsIT extends FaultTest {

    private PostgresLocker locker;

    private LockHandle hold(SessionMode sessions) throws InterruptedException {
        locker = new PostgresLocker(
                CONFIG.sessions(sessions), ConnectionSource.of(postgres.dataSource()), List.of(loss));
        return loss.watch(locker.acquire(LockRequest.of(key)));
    }

    @AfterEach
    void nothingIsLeft() throws InterruptedException {
        postgres.signalAll(Signal.CONT);
        locker.close();
        assertNothingIsLeft();
    }

    // ---- death

    private enum Death {
        HOLDER_TERMINATED {
            @Override
            void strike(Server server, int holder) {
                server.terminate(holder);
            }
        },
        HOLDER_KILLED {
            @Override
            void strike(Server server, int holder) {
                Signal.KILL.send(holder);
            }
        },
        UNRELATED_KILLED {
            @Override
            void strike(Server server, int holder) throws SQLException {
                try (Connection unrelated = server.database().connect()) {
                    Signal.KILL.send(unrelated.unwrap(PGConnection.class).getBackendPID());
                }
            }
        },
        RESTART_FAST {
            @Override
            void strike(Server server, int holder) throws IOException {
                postgres.restart("fast");
            }
        },
        RESTART_IMMEDIATE {
            @Override
            void strike(Server server, int holder) throws IOException {
                postgres.restart("immediate");
            }
        };

        abstract void strike(Server server, int holder) throws IOException, SQLException;
    }

    static Stream<Arguments> deaths() {
        return Stream.of(SessionMode.values())
                .flatMap(sessions -> Stream.of(Death.values()).map(death -> Arguments.of(death, sessions)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("deaths")
    @DisplayName(
            "C1, C12, C14: the loss of a lock by a death on the server is permanent, and is reported soon and once")
    void shouldTellOfDeath(Death death, SessionMode sessions) throws Exception {
        LockHandle handle = hold(sessions);
        int holder = server.holder(lockId);

        try (Rival rival = rivalOf(handle)) {
            death.strike(server, holder);
            Server.eventually("the holder's session has ended", () -> hasEnded(holder));
            postgres.awaitAnswer();

            loss.assertToldWithin(TOLD, handle);
            rival.assertLetInWithin(SLACK, TOLD);
        }
        locker.acquire(LockRequest.of(key)).release();
        assertEquals(LockState.LOST, handle.state());
        loss.assertToldOnce();
    }

    /** The server refuses to answer while it resets, which is as good as ended. */
    private boolean hasEnded(int pid) {
        return ProcessHandle.of(pid).isEmpty();
    }

    // ---- standstill

    @Test
    @DisplayName("C1, C12, C19: a backend that stood still for longer than the heartbeat takes its lock with it")
    void shouldSurviveAFrozenBackend() throws InterruptedException {
        LockHandle handle = hold(SessionMode.PINNED);
        int holder = server.holder(lockId);

        try (Rival rival = rivalOf(handle)) {
            Signal.STOP.send(holder);
            Server.throughout(
                    HEARTBEAT.plus(SLACK), "a backend that stands still keeps its lock", () -> !rival.isLetIn());
            Signal.CONT.send(holder);

            loss.assertToldWithin(TOLD, handle);
            rival.assertLetInWithin(TOLD, TOLD);
        }
        loss.assertToldOnce();
    }

    @Test
    @DisplayName(
            "C6, C12, C16: while the whole server stands still, locks become suspect, then lost, and no call hangs")
    void shouldBearAFrozenServer() throws InterruptedException {
        LockHandle handle = hold(SessionMode.PINNED);
        LockHandle other = locker.acquire(LockRequest.of(key + "/other"));

        postgres.signalAll(Signal.STOP);
        long stopped = System.nanoTime();

        Server.within(UNASKABLE, "the lock is suspect", () -> handle.state() == LockState.SUSPECT);
        assertFalse(handle.isHeld());
        assertNoCallHangs(other);
        Duration left = HEARTBEAT.plus(TOLD).minusNanos(System.nanoTime() - stopped);
        loss.assertToldWithin(left, handle);

        postgres.signalAll(Signal.CONT);
        Server.eventually("the other lock came free", () -> server.isFree(LockId.of(0, key + "/other")));
        Server.eventually("the lock came free", () -> server.isFree(lockId));
        locker.acquire(LockRequest.of(key)).release();
        assertEquals(LockState.LOST, handle.state());
        assertTrue(loss.suspicions() > 0, "the listener hears of the suspicion");
        loss.assertToldOnce();
    }

    private void assertNoCallHangs(LockHandle held) {
        LockRequest free = LockRequest.of(key + "/free");
        Duration twoAnswers = CONNECTION_TIMEOUT.multipliedBy(2).plus(SLACK);
        Duration wait = Duration.ofMillis(300);
        assertTimeoutPreemptively(
                CONNECTION_TIMEOUT.plus(SLACK),
                () -> assertThrows(LockException.class, () -> held.refresh(held.ttl())));
        assertTimeoutPreemptively(twoAnswers, () -> assertThrows(LockException.class, () -> locker.tryAcquire(free)));
        assertTimeoutPreemptively(
                twoAnswers.plus(wait), () -> assertThrows(LockException.class, () -> locker.acquire(free, wait)));
        assertTimeoutPreemptively(CONNECTION_TIMEOUT.plus(SLACK), held::close);
    }
}
