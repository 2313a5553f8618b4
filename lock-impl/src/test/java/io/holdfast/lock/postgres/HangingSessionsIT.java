// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.SessionMode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** Some connections lead nowhere any more, without anybody saying so; others do not suffer from it. */
@Timeout(60)
class HangingSessionsIT extends LockerTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Relay relay = new Relay(Databases.SHARED.url());
    private final PGSimpleDataSource throughRelay = relay.through((PGSimpleDataSource) Databases.SHARED.dataSource());

    /** Whether new connections take the way that does not freeze. */
    private final AtomicBoolean direct = new AtomicBoolean();

    private Connection open() throws SQLException {
        return direct.get() ? Databases.SHARED.connect() : throughRelay.getConnection();
    }

    private void freeze() {
        relay.freeze();
        direct.set(true);
    }

    @AfterEach
    void thaw() throws IOException {
        relay.close();
    }

    /** Fails unless the lock can be had soon, on whatever connection. */
    private void assertServes(PostgresLocker locker) throws InterruptedException {
        Server.eventually("the lock can be had", () -> {
            try {
                locker.acquire(request, SECOND).release();
                return true;
            } catch (LockException e) {
                return false;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    @DisplayName("C17: a shared session that hangs while idle is passed over, also without a heartbeat")
    void shouldPassOverSharedSession() throws InterruptedException {
        for (Duration heartbeat : List.of(SECOND.multipliedBy(2), Duration.ZERO)) {
            direct.set(false);
            relay.thaw();
            PostgresLocker locker = locker(CONFIG.sessions(SessionMode.SHARED).heartbeat(heartbeat), this::open);
            locker.acquire(LockRequest.of(key + "/first")).release();

            freeze();

            assertServes(locker);
        }
    }

    @Test
    @DisplayName("C17: a shared session that hangs while it is opened is given up")
    void shouldGiveUpOpening() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG.sessions(SessionMode.SHARED), () -> {
            Connection connection = open();
            freeze();
            return connection;
        });

        assertServes(locker);
    }

    @Test
    @DisplayName("C7: a connection that arrives after its caller has given up, and hangs, takes no place from others")
    void shouldNotUseConnectionThatComesTooLate() throws InterruptedException {
        AtomicBoolean late = new AtomicBoolean();
        PostgresLocker locker = locker(CONFIG.maxSessions(1), () -> {
            Connection connection = open();
            if (late.getAndSet(false)) {
                stubbornly(CONFIG.connectionTimeout().multipliedBy(3));
                freeze();
            }
            return connection;
        });
        locker.acquire(LockRequest.of(key + "/first")).release();
        late.set(true);

        assertServes(locker);
    }

    /** A pool that does not listen to interrupts. */
    private static void stubbornly(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("C12: sessions that hang make no other lock suspect")
    void shouldAskOtherSessions() throws InterruptedException {
        PostgresLocker locker = locker(
                CONFIG.checkInterval(SECOND)
                        .connectionTimeout(SECOND.multipliedBy(2))
                        .answerTimeout(SECOND.multipliedBy(2))
                        .heartbeat(LONG),
                this::open);
        List<LockHandle> cut = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            cut.add(locker.acquire(LockRequest.of(key + "/cut" + i)));
        }
        direct.set(true);
        LockHandle healthy = locker.acquire(request);

        freeze();

        Server.throughout(
                SECOND.multipliedBy(10), "it is known to be held", () -> healthy.state() != LockState.SUSPECT);
        healthy.release();
        cut.forEach(LockHandle::close);
    }

    @Test
    @DisplayName("C12: a borrowed connection that hangs does not end the checks")
    void shouldGoOnChecking() throws InterruptedException {
        AtomicInteger borrowed = new AtomicInteger();
        AtomicBoolean hanging = new AtomicBoolean();
        PostgresLocker locker = locker(CONFIG, () -> {
            Connection connection = hanging.get() ? throughRelay.getConnection() : Databases.SHARED.connect();
            if (hanging.getAndSet(false)) {
                relay.freeze();
                borrowed.incrementAndGet();
            }
            return connection;
        });
        LockHandle leased = locker.acquire(request.enforcedTtl(Duration.ofMinutes(5)));

        hanging.set(true);

        Server.eventually("the check borrows", () -> borrowed.get() == 1);
        Server.eventually("suspect", () -> leased.state() == LockState.SUSPECT);
        Server.eventually("held again", leased::isHeld);
        leased.release();
    }

    @Test
    @DisplayName("C12: a refresh behind a hanging one does not succeed without an answer from the server")
    void shouldNotRefreshWithoutAnswer() throws InterruptedException {
        PostgresLocker locker = locker(CONFIG.checkInterval(LONG).heartbeat(LONG), this::open);
        LockHandle handle = locker.acquire(request);

        freeze();

        for (int i = 0; i < 5; i++) {
            assertThrows(LockUnavailableException.class, () -> handle.refresh(LONG));
        }
        relay.thaw();
        handle.close();
    }

    @Test
    @DisplayName("a pooled connection whose session ended while it was idle is replaced, in both modes")
    void shouldReplaceDeadConnections() throws Exception {
        for (SessionMode mode : SessionMode.values()) {
            AtomicBoolean dead = new AtomicBoolean();
            PostgresLocker locker = locker(CONFIG.sessions(mode), () -> {
                Connection connection = Databases.SHARED.connect();
                if (dead.getAndSet(false)) {
                    server.terminate(
                            connection.unwrap(org.postgresql.PGConnection.class).getBackendPID());
                }
                return connection;
            });
            locker.ping();
            dead.set(true);

            locker.acquire(LockRequest.of(key + mode)).release();

            assertTrue(!dead.get(), "it got the dead one first");
        }
    }
}
