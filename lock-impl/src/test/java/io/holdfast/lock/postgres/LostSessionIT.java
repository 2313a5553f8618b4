// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions that end or fail under a lock: what its holder learns, and what becomes of the session. */
@Timeout(60)
class LostSessionIT extends RarelyCheckedTest {

    @Test
    @DisplayName(
            "C12, C14, C16: refresh reports a killed session, once and permanently; the lock can be acquired again")
    void shouldTellLossOnRefresh() throws InterruptedException {
        LockHandle handle = locker.acquire(request);
        server.terminate(server.holder(lockId));

        assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));

        assertEquals(LockState.LOST, handle.state());
        assertThrows(LockNotHeldException.class, handle::release);
        handle.close();
        locker.acquire(request).release();
        assertEquals(LockState.LOST, handle.state());
        assertEquals(List.of("acquired", "lost", "acquired", "released"), listener.events());
    }

    @Test
    @DisplayName("C16: release reports a killed session")
    void shouldTellLossOnRelease() throws InterruptedException {
        LockHandle handle = locker.acquire(request);
        server.terminate(server.holder(lockId));

        assertThrows(LockNotHeldException.class, handle::release);

        assertEquals(LockState.LOST, handle.state());
        assertEquals(List.of("acquired", "lost"), listener.events());
    }

    @Test
    @DisplayName("C3, C12, C17: a lock that others released is reported as lost; its session is ended, not pooled")
    void shouldTellLockFreedByOthers() throws Exception {
        for (boolean byRefresh : new boolean[] {true, false}) {
            List<Connection> opened = new CopyOnWriteArrayList<>();
            PostgresLocker watched = locker(() -> {
                opened.add(pool.getConnection());
                return opened.get(opened.size() - 1);
            });
            LockHandle handle = watched.acquire(request);
            int pid = server.holder(lockId);
            try (Statement statement = opened.get(0).createStatement()) {
                statement.execute("select pg_advisory_unlock_all()");
            }

            assertNotHeld(handle, byRefresh);

            assertEquals(LockState.LOST, handle.state());
            Server.eventually("the session is ended", () -> !server.sessionExists(pid));
            watched.close();
        }
    }

    @Test
    @DisplayName(
            "C17: a session whose unlock fails is ended physically, which frees the lock; the pool gets no such session")
    void shouldEndSessionsInDoubt() throws InterruptedException {
        AtomicBoolean armed = new AtomicBoolean();
        PostgresLocker refusing =
                locker(() -> armed.get() ? refusingToUnlock(pool.getConnection()) : pool.getConnection());
        refusing.ping();
        armed.set(true);
        LockHandle handle = refusing.acquire(request);
        int pid = server.holder(lockId);

        handle.release();

        assertEquals(LockState.RELEASED, handle.state(), "it was held until then");
        Server.eventually("the session is ended", () -> !server.sessionExists(pid));
        assertTrue(server.isFree(lockId));
        refusing.close();
    }

    private static Connection refusingToUnlock(Connection connection) {
        return JdbcProxy.failing(
                connection,
                (method, argument) -> method.equals("prepareStatement") && argument.contains("pg_advisory_unlock(?)"),
                new SQLException("refused on purpose", "XX000"));
    }

    @Test
    @DisplayName("C17: a session in doubt whose connection refuses to be aborted is ended all the same")
    void shouldEndSessionsThatCannotBeAborted() throws InterruptedException {
        AtomicBoolean armed = new AtomicBoolean();
        PostgresLocker refusing = locker(() -> armed.get()
                ? JdbcProxy.failing(
                        refusingToUnlock(pool.getConnection()),
                        (method, argument) -> method.equals("abort"),
                        new SQLFeatureNotSupportedException("on purpose"))
                : pool.getConnection());
        refusing.ping();
        armed.set(true);
        LockHandle handle = refusing.acquire(request);
        int pid = server.holder(lockId);

        handle.release();

        Server.eventually("the session is ended", () -> !server.sessionExists(pid));
        refusing.close();
    }

    @Test
    @DisplayName("C16, C17: runtime exceptions of a connection wrapper leak neither lock nor connection nor turn")
    void shouldSurviveRuntimeExceptionsOfWrappers() throws InterruptedException {
        IllegalStateException broken = new IllegalStateException("on purpose");
        for (String step : List.of("pg_advisory_unlock(?)", "pg_try_advisory_lock(?)", "close")) {
            AtomicBoolean armed = new AtomicBoolean();
            PostgresLocker onBroken = locker(() -> JdbcProxy.failing(
                    pool.getConnection(),
                    (method, argument) -> (argument.contains(step) || method.equals(step)) && armed.get(),
                    broken));
            onBroken.ping();
            armed.set(true);
            try (LockHandle handle = onBroken.acquire(request)) {
                assertTrue(handle.isHeld());
            } catch (LockUnavailableException e) {
                assertTrue(e.getMessage().contains("on purpose"), e.getMessage());
                assertEquals("pg_try_advisory_lock(?)", step, "only a failed attempt is reported");
            }

            Server.eventually("free after " + step, () -> server.isFree(lockId));
            armed.set(false);
            onBroken.tryAcquire(request).orElseThrow().release();
            onBroken.close();
        }
    }
}
