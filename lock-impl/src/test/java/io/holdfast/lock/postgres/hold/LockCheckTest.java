// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.session.Fitness;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.PinnedSessions;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.HoldingsQuery;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.testkit.RecordingListener;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LockCheckTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final LockerConfig CONFIG =
            LockerConfig.DEFAULT.checkInterval(LONG).answerTimeout(LONG).heartbeat(Duration.ZERO);

    private final Attempts attempts = new Attempts(CONFIG);
    private final LockAttempt first = attempts.attempt(LockRequest.of("first"), LockRequest.IMMEDIATE);
    private final LockAttempt second = attempts.attempt(LockRequest.of("second"), LockRequest.IMMEDIATE);

    private final RecordingListener listener = new RecordingListener();
    private final Keepers keepers = new Keepers();
    private final Servers servers = new Servers();
    private final Sessions sessions = new Sessions(this::connection, CONFIG);
    private final SessionAllocation allocation =
            new PinnedSessions(sessions, new Fitness(sessions, servers, keepers, CONFIG), servers, keepers, CONFIG);
    private final Tenures tenures = new Tenures(allocation, servers, sessions, keepers, CONFIG);
    private final HeldLocks heldLocks =
            new HeldLocks(tenures, allocation, servers, new Listeners(List.of(listener)), keepers, CONFIG);

    /** The process id of the session that was opened last. The first session holds its lock still. */
    private final AtomicInteger lastPid = new AtomicInteger();

    @AfterEach
    void stop() {
        keepers.stop(Duration.ofSeconds(1));
    }

    @Test
    @DisplayName("C12, C14: a session that may not be asked is not proven lost, and others are reported as lost")
    void shouldReportLossBesideSessionThatMayNotBeAsked() throws Exception {
        HeldLock notToBeAsked = hold(first);
        HeldLock gone = hold(second);

        new LockCheck(tenures, servers, keepers).run();

        assertEquals(LockState.HELD, notToBeAsked.state());
        assertEquals(LockState.LOST, gone.state());
    }

    @Test
    @DisplayName(
            "C5: if an error has stopped a release at its very end, the next in the local queue has its turn later")
    void shouldEndTurnOfStoppedRelease() throws Exception {
        AtomicInteger ends = new AtomicInteger();
        HeldLock lock = hold(first, new LonelyPlace(() -> {
            if (ends.incrementAndGet() == 1) {
                throw new StackOverflowError("on purpose");
            }
        }));
        lock.announce(Duration.ZERO);
        assertThrows(StackOverflowError.class, lock::release);
        assertEquals(LockState.RELEASED, lock.state());

        lock.endIfOrphaned();
        lock.endIfOrphaned();
        tenures.endStranded(LONG);

        assertEquals(2, ends.get());
        assertTrue(tenures.isEmpty());
        assertEquals(1, Collections.frequency(listener.events(), "released"), "reported once");
    }

    /** A place behind which somebody waits, but who that is cannot be found out. */
    private record UnknownNext(Place<Tenure> own) implements Place<Tenure> {

        @Override
        public boolean isAwaited() {
            return true;
        }

        @Override
        public LockRequest next() {
            throw new OutOfMemoryError("on purpose");
        }

        @Override
        public Place<Tenure> passOn(boolean withToken) {
            return own.passOn(withToken);
        }

        @Override
        public void deliver(Tenure tenure) {
            own.deliver(tenure);
        }

        @Override
        public void end() {
            own.end();
        }
    }

    @Test
    @DisplayName(
            "C5, C16: if an error stops a release before it asks, the session ends, and the next here has its turn")
    void shouldEndSessionOfStoppedRelease() throws Exception {
        AtomicInteger ends = new AtomicInteger();
        HeldLock lock = hold(first, new UnknownNext(new LonelyPlace(ends::incrementAndGet)));

        lock.close();

        assertEquals(LockState.RELEASED, lock.state());
        assertEquals(1, ends.get());
        assertTrue(lock.tenure().session().isGone());
    }

    private HeldLock hold(LockAttempt attempt) throws Exception {
        return hold(attempt, new LonelyPlace(() -> {}));
    }

    private HeldLock hold(LockAttempt attempt, Place<Tenure> place) throws Exception {
        LockSession session = sessions.open("a lock", Deadline.after(LONG), LONG, () -> {});
        session.setUp();
        LockRequest request = attempt.request();
        session.locks()
                .acquire(new AcquireStatement(
                        request.mode(), attempt.lockId(), null, session.locks().settingsFor(request, CONFIG), false));
        return heldLocks.hold(
                new Grant(session, attempt.lockId(), true, null, System.nanoTime(), System.nanoTime()), attempt, place);
    }

    /** A server that grants everything, but permits only the question for the locks of several sessions. */
    private Connection connection() {
        int pid = lastPid.incrementAndGet();
        return fake(Connection.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "prepareStatement" -> statement((String) arguments[0], pid);
            case "getAutoCommit" -> true;
            case "isClosed" -> false;
            default -> null;
        });
    }

    private PreparedStatement statement(String sql, int pid) {
        boolean isCheck = sql.equals(new HoldingsQuery(List.of()).text());
        boolean isAcquire = sql.contains("advisory_lock(");
        return fake(PreparedStatement.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "execute" -> {
                if (!isCheck && !isAcquire) {
                    throw new SQLException("permission denied for view pg_locks", "42501");
                }
                yield true;
            }
            case "getResultSet" -> isCheck ? lockOfFirst() : granted(pid);
            case "getMoreResults" -> false;
            default -> null;
        });
    }

    private static ResultSet granted(int pid) {
        return fake(ResultSet.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "next", "getBoolean" -> true;
            case "wasNull" -> false;
            case "getInt" -> pid;
            case "getLong" -> 0L;
            case "getString" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    /**
     * The rows of the server, of the lock and of the session, which seems to have begun after its lock was granted, as
     * if the server's clock was set.
     */
    private ResultSet lockOfFirst() {
        Object[][] rows = {
            {false, 0L, null, null, null, null},
            {null, null, 1, first.lockId(), false, null},
            {null, null, 1, null, null, 1L}
        };
        AtomicInteger row = new AtomicInteger(-1);
        AtomicBoolean wasNull = new AtomicBoolean();
        return fake(ResultSet.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "next" -> row.incrementAndGet() < rows.length;
            case "wasNull" -> wasNull.get();
            case "getBoolean", "getInt", "getLong" -> {
                Object value = rows[row.get()][(int) arguments[0] - 1];
                wasNull.set(value == null);
                yield value != null ? value : zero(method.getReturnType());
            }
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static Object zero(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        return type == int.class ? (Object) 0 : (Object) 0L;
    }

    private static <T> T fake(Class<T> type, InvocationHandler calls) {
        InvocationHandler withIdentity = (proxy, method, arguments) -> switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> type.getSimpleName();
            default -> calls.invoke(proxy, method, arguments);
        };
        return type.cast(
                Proxy.newProxyInstance(LockCheckTest.class.getClassLoader(), new Class<?>[] {type}, withIdentity));
    }
}
