// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.hold.Insides;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionCallers;
import io.holdfast.lock.postgres.sql.AcquireManyStatement;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement;
import io.holdfast.lock.postgres.sql.UnlockManyStatement;
import io.holdfast.lock.postgres.sql.UnlockStatement;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many locks on few sessions. */
@Timeout(60)
class SharedSessionsIT extends LockerTest {

    private final PostgresLocker locker = locker(CONFIG.sessions(SessionMode.SHARED));

    private LockRequest numbered(int i) {
        return LockRequest.of(key + "/" + i);
    }

    private int pid(int i) {
        return server.holder(locker.lockId(key + "/" + i));
    }

    @Test
    @DisplayName("C2: 300 locks live on three sessions, at most 128 on each, and all end")
    void shouldShareSessions() throws InterruptedException {
        List<LockHandle> handles = new ArrayList<>();
        List<Integer> pids = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            handles.add(locker.acquire(numbered(i)));
            pids.add(pid(i));
        }

        Set<Integer> sessions = new HashSet<>(pids);
        assertEquals(3, sessions.size());
        sessions.forEach(pid -> assertTrue(Collections.frequency(pids, pid) <= 128));
        assertEquals(3, active());

        handles.forEach(LockHandle::release);
        assertEquals(0, server.advisoryLocks());
        Server.eventually("one session stays for the next lock", () -> active() == 1);
    }

    @Test
    @DisplayName("C2: the same key is never granted twice to one session")
    void shouldNotTakeKeyTwiceOnOneSession() throws InterruptedException {
        LockRequest shared = request.mode(LockMode.SHARED);
        LockHandle one = locker.acquire(shared);
        LockHandle two = locker.acquire(shared);

        List<Server.Row> rows = server.locks(lockId);

        assertEquals(2, rows.size());
        assertNotEquals(rows.get(0).pid(), rows.get(1).pid());
        one.release();
        assertTrue(elsewhere().tryAcquire(request).isEmpty(), "one is still held");
        two.release();
        assertTrue(server.isFree(lockId));
    }

    @Test
    @DisplayName("C7: a waiter does not sit on a shared session; what it gets is shared then")
    void shouldWaitOnOwnSession() throws Exception {
        PostgresLocker elsewhere = elsewhere();
        LockHandle blocking = elsewhere.acquire(request);
        LockHandle held = locker.acquire(numbered(0));
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request));
        Server.eventually("it waits", () -> server.locks(lockId).size() == 2);

        held.refresh(LONG);
        locker.acquire(numbered(1)).release();
        assertNotEquals(pid(0), server.locks(lockId).get(1).pid(), "not on the session of another lock");
        held.release();
        blocking.release();

        LockHandle got = waiter.get();
        got.refresh(LONG);
        got.release();
        assertTrue(server.isFree(lockId));
    }

    @Test
    @DisplayName("C12: the loss of a session is reported to the holders of all its locks, and to no others")
    void shouldTellAllOfLostSession() throws InterruptedException {
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            handles.add(locker.acquire(numbered(i)));
        }
        int lost = pid(0);
        List<LockHandle> onLost = new ArrayList<>();
        List<LockHandle> onOther = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            (pid(i) == lost ? onLost : onOther).add(handles.get(i));
        }

        try (LockerLog log = LockerLog.open()) {
            server.terminate(lost);

            Server.eventually(
                    "each is logged", () -> log.messages("HOLDFAST-0011").size() == 128);
            List<String> ofSession = log.messages("HOLDFAST-0065");
            assertEquals(1, ofSession.size());
            assertTrue(ofSession.get(0).contains("128 locks"), ofSession.get(0));
        }
        assertTrue(onLost.stream().allMatch(handle -> handle.state() == LockState.LOST));
        assertEquals(128, onLost.size());
        assertTrue(onOther.stream().allMatch(LockHandle::isHeld));
        onOther.forEach(LockHandle::release);
        locker.acquire(numbered(0)).release();
    }

    @Test
    @DisplayName("C20: an enforced lease has a session of its own, and takes no other lock with it")
    void shouldPinEnforcedLeases() throws InterruptedException {
        LockHandle held = locker.acquire(numbered(0));
        LockHandle leased = locker.acquire(numbered(1).enforcedTtl(Duration.ofSeconds(1)));
        assertNotEquals(pid(0), pid(1));

        elsewhere().acquire(numbered(1)).release();

        assertTrue(held.isHeld());
        assertEquals(LockState.LAPSED, leased.state());
        leased.close();
        held.release();
    }

    @Test
    @DisplayName("C1, C7: many threads that want few keys neither lose an increment nor use many sessions")
    void shouldExcludeUnderLoad() throws Exception {
        int[] counters = new int[4];
        List<Future<?>> work = new ArrayList<>();
        for (int thread = 0; thread < 16; thread++) {
            int first = thread;
            work.add(threads.submit(() -> {
                for (int i = 0; i < 50; i++) {
                    int index = (first + i) % counters.length;
                    locker.withLock(numbered(index), () -> {
                        int read = counters[index];
                        Thread.yield();
                        counters[index] = read + 1;
                        return null;
                    });
                }
                return null;
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }
        assertEquals(16 * 50, java.util.Arrays.stream(counters).sum());
        assertTrue(active() <= 3, "no more than a few because of the load: " + active());
        Server.eventually("one session stays for the next lock", () -> active() == 1);
    }

    /** Statements on the first session that is asked for a lock wait until this is released. */
    private PostgresLocker delayed(Semaphore go, List<String> sent) {
        AtomicInteger connections = new AtomicInteger();
        return locker(CONFIG.sessions(SessionMode.SHARED).checkInterval(LONG).answerTimeout(LONG), () -> {
            boolean first = connections.incrementAndGet() == 1;
            return Statements.watched(pool.getConnection(), sql -> {
                if (first && isForLock(sql)) {
                    go.acquireUninterruptibly();
                    go.release();
                    sent.add(sql);
                }
            });
        });
    }

    private static boolean isForLock(String sql) {
        return List.of(
                        new ReadyAcquireStatement(LockMode.EXCLUSIVE, 0, null, null, false),
                        new AcquireManyStatement(LockMode.EXCLUSIVE, List.of()),
                        new UnlockStatement(LockMode.EXCLUSIVE, 0, 0, null),
                        new UnlockManyStatement(LockMode.EXCLUSIVE, List.of(), 0))
                .stream()
                .anyMatch(query -> query.text().equals(sql));
    }

    @Test
    @DisplayName("while a statement runs, unlocks queue and are sent together: two statements for twenty locks")
    void shouldCombineUnlocks() throws Exception {
        Semaphore go = new Semaphore(1);
        List<String> sent = new CopyOnWriteArrayList<>();
        PostgresLocker one = delayed(go, sent);
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            handles.add(one.acquire(numbered(i)));
        }
        LockSession session = Insides.session(handles.get(0));
        go.acquire();
        sent.clear();
        List<Future<?>> releasing = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            LockHandle each = handles.get(i);
            int callers = i + 1;
            releasing.add(threads.submit(each::release));
            Server.eventually("it runs or waits", () -> SessionCallers.of(session) == callers);
        }

        go.release();

        for (Future<?> each : releasing) {
            each.get();
        }
        assertEquals(2, sent.size(), sent::toString);
        assertEquals(0, server.advisoryLocks());
    }

    @Test
    @DisplayName("while callers queue for a session, further ones are opened, which the next lock gets at once")
    void shouldUseLeastBusySession() throws Exception {
        Semaphore go = new Semaphore(1);
        PostgresLocker one = delayed(go, new CopyOnWriteArrayList<>());
        LockHandle first = one.acquire(numbered(0));
        LockSession busy = Insides.session(first);
        go.acquire();
        List<Future<LockHandle>> queued = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            LockRequest each = numbered(i);
            int callers = i;
            queued.add(threads.submit(() -> one.acquire(each)));
            Server.eventually(
                    "it runs or waits, or a further session has it",
                    () -> SessionCallers.of(busy) == callers || active() > 1);
        }
        Server.eventually("a further session is open", () -> active() == 2);

        LockHandle next = firstAtOnce(one, 4, queued);

        assertNotSame(busy, Insides.session(next));
        go.release();
        for (Future<LockHandle> each : queued) {
            each.get().release();
        }
        next.release();
        first.release();
        Server.eventually("one session stays for the next lock", () -> active() == 1);
    }

    /** Who asks before the further session is ready, though it is open, queues as well. */
    private LockHandle firstAtOnce(PostgresLocker locker, int first, List<Future<LockHandle>> queued) throws Exception {
        for (int number = first; number < first + 10; number++) {
            LockRequest each = numbered(number);
            Future<LockHandle> asked = threads.submit(() -> locker.acquire(each));
            try {
                return asked.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                queued.add(asked);
            }
        }
        throw new AssertionError("nobody got a lock at once");
    }

    @Test
    @DisplayName("C1, C17: tries that are combined all fail with their statement, and none of their locks is left")
    void shouldLeaveNothingOfFailedTries() throws Exception {
        Semaphore go = new Semaphore(1);
        String many = new AcquireManyStatement(LockMode.EXCLUSIVE, List.of()).text();
        List<Long> combined = new CopyOnWriteArrayList<>();
        PostgresLocker one = locker(
                CONFIG.sessions(SessionMode.SHARED)
                        .maxSessions(1)
                        .checkInterval(LONG)
                        .answerTimeout(LONG),
                () -> {
                    Connection connection = pool.getConnection();
                    return JdbcProxy.connection((proxy, method, args) -> {
                        Object result = JdbcProxy.call(connection, method, args);
                        if (!method.getName().equals("prepareStatement")) {
                            return result;
                        }
                        if (isForLock((String) args[0])) {
                            go.acquireUninterruptibly();
                            go.release();
                        }
                        return args[0].equals(many) ? failing((PreparedStatement) result, combined) : result;
                    });
                });
        LockHandle held = one.acquire(numbered(0));
        LockSession session = Insides.session(held);
        go.acquire();
        List<Future<Optional<LockHandle>>> trying = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            LockRequest each = numbered(i);
            int callers = i;
            trying.add(threads.submit(() -> one.tryAcquire(each)));
            Server.eventually("it runs or waits", () -> SessionCallers.of(session) == callers);
        }

        go.release();

        LockHandle alone = trying.remove(0).get().orElseThrow();
        for (Future<?> each : trying) {
            assertThrows(ExecutionException.class, each::get);
        }
        assertEquals(List.of(5L), combined, "all were granted before the statement failed");
        assertEquals(2, server.advisoryLocks());
        for (LockHandle each : List.of(held, alone)) {
            each.refresh(LONG);
            each.release();
        }
    }

    /** Executes the statement, which then fails, as where the server has no memory for one more lock. */
    private PreparedStatement failing(PreparedStatement statement, List<Long> locks) {
        return (PreparedStatement) Proxy.newProxyInstance(
                SharedSessionsIT.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, args) -> {
                    Object result = JdbcProxy.call(statement, method, args);
                    if (method.getName().equals("execute")) {
                        locks.add(server.advisoryLocks());
                        throw new SQLException("out of shared memory", "53200");
                    }
                    return result;
                });
    }

    private int active() {
        return pool.getHikariPoolMXBean().getActiveConnections();
    }
}
