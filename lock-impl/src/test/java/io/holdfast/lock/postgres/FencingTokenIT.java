// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.thread.Elapsed;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tokens of one server; separate tests cover tokens after a crash and a failover. */
@Timeout(60)
class FencingTokenIT extends LockerTest {

    @BeforeEach
    void createResource() throws SQLException {
        execute("create table if not exists fenced_account (id int primary key, balance int, token text)");
        execute("truncate fenced_account");
        execute("insert into fenced_account values (1, 0, '')");
    }

    @AfterEach
    void dropResource() throws SQLException {
        execute("drop table fenced_account");
    }

    private static int execute(String sql, Object... parameters) throws SQLException {
        try (Connection connection = Databases.SHARED.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.execute();
            return Math.max(0, statement.getUpdateCount());
        }
    }

    @Test
    @DisplayName("C15: tokens grow over grants, here and elsewhere, with and without waiting; none unless asked for")
    void shouldGrow() throws InterruptedException {
        PostgresLocker here = locker(CONFIG);
        PostgresLocker shared = locker(CONFIG.sessions(SessionMode.SHARED));
        PostgresLocker elsewhere = elsewhere();
        LockRequest fenced = request.fenced(true);
        FencingToken last = new FencingToken(1, 0);
        for (int i = 0; i < 10; i++) {
            for (PostgresLocker locker : List.of(here, shared, elsewhere)) {
                try (LockHandle handle = i % 2 == 0
                        ? locker.acquire(fenced)
                        : locker.tryAcquire(fenced).orElseThrow()) {
                    FencingToken token = handle.fencingToken().orElseThrow();
                    assertTrue(token.compareTo(last) > 0, token + " after " + last);
                    last = token;
                }
            }
        }
        try (LockHandle plain = here.acquire(request)) {
            assertEquals(Optional.empty(), plain.fencingToken());
        }
    }

    @Test
    @DisplayName("C15: a token costs no further round trip")
    void shouldCostNoRoundTrip() throws InterruptedException {
        List<String> statements = new CopyOnWriteArrayList<>();
        PostgresLocker locker = locker(CONFIG, () -> Statements.watched(Databases.SHARED.connect(), statements::add));
        locker.acquire(request).release();
        statements.clear();

        locker.acquire(request.fenced(true)).release();

        assertEquals(2, statements.size(), "one to acquire and one to release");
    }

    @Test
    @DisplayName("C15: a resource that checks tokens refuses a holder that was overtaken")
    void shouldFenceOffOvertakenHolder() throws Exception {
        String update =
                "update fenced_account set balance = balance + ?, token = ? where id = ? and token <= ? collate \"C\"";
        LockHandle overtaken = locker(CONFIG).acquire(request.fenced(true));
        String oldToken = overtaken.fencingToken().orElseThrow().toString();
        assertEquals(1, execute(update, 1, oldToken, 1, oldToken));
        server.terminate(server.holder(lockId));

        LockHandle next = elsewhere().acquire(request.fenced(true));
        String newToken = next.fencingToken().orElseThrow().toString();
        assertEquals(1, execute(update, 10, newToken, 1, newToken));

        assertEquals(0, execute(update, 100, oldToken, 1, oldToken), "refused");
        assertEquals(11, server.ask("select balance from fenced_account where id = 1"));
        next.release();
    }

    @Test
    @DisplayName("C15: between the positions of any two grants there is room for the hand-overs of the first")
    void shouldLeaveRoomBetweenGrants() throws Exception {
        int grantsOfEach = 300;
        Queue<Long> positions = new ConcurrentLinkedQueue<>();
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            PostgresLocker locker = i % 2 == 0 ? locker(CONFIG) : elsewhere();
            LockRequest fenced = LockRequest.of(key + "/" + i / 2).fenced(true);
            work.add(threads.submit(() -> {
                for (int grant = 0; grant < grantsOfEach; grant++) {
                    LockHandle handle = locker.acquire(fenced);
                    positions.add(handle.fencingToken().orElseThrow().position());
                    handle.release();
                }
                return null;
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }
        long[] sorted = positions.stream().mapToLong(Long::longValue).sorted().toArray();
        assertEquals(6 * grantsOfEach, sorted.length);
        for (int i = 1; i < sorted.length; i++) {
            assertTrue(sorted[i] - sorted[i - 1] >= 64, sorted[i] + " after " + sorted[i - 1]);
        }
    }

    @Test
    @DisplayName("C15: all tokens of a grant, which serves 64 holders at most, are lower than those of the next grant")
    void shouldNumberHandOvers() throws Exception {
        PostgresLocker locker = locker(CONFIG.handOver(Duration.ofSeconds(1)).checkInterval(LONG));
        LockRequest fenced = request.fenced(true);
        long startNanos = System.nanoTime();
        LockHandle held = locker.acquire(fenced);
        List<CompletableFuture<LockHandle>> waiters = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            waiters.add(locker.acquireAsync(fenced));
        }
        List<Long> positions = new ArrayList<>();
        for (CompletableFuture<LockHandle> waiter : waiters) {
            positions.add(held.fencingToken().orElseThrow().position());
            held.release();
            held = waiter.get();
        }
        held.release();
        LockHandle next = elsewhere().acquire(fenced);
        positions.add(next.fencingToken().orElseThrow().position());
        next.release();
        List<Integer> holders = new ArrayList<>(List.of(1));
        for (int i = 1; i < positions.size(); i++) {
            long step = positions.get(i) - positions.get(i - 1);
            assertTrue(step > 0, positions::toString);
            int last = holders.size() - 1;
            if (step == 1) {
                holders.set(last, holders.get(last) + 1);
            } else {
                holders.add(1);
            }
        }
        assertTrue(holders.stream().allMatch(each -> each <= 64), positions::toString);
        assertTrue(holders.size() < positions.size() / 2, positions::toString);
        if (Elapsed.since(startNanos).compareTo(Duration.ofSeconds(1)) < 0) {
            // No proof was too old. The first renewals are short, so that another JVM has time to queue again.
            assertEquals(List.of(64, 8, 16, 32, 64), holders.subList(0, 5), positions::toString);
        }
    }
}
