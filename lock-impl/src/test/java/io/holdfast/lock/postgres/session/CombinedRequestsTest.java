// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockMode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CombinedRequestsTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ReentrantLock oneStatement = new ReentrantLock();

    /** The lock ids of each statement that was sent. */
    private final List<Set<Long>> sent = Collections.synchronizedList(new ArrayList<>());

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicBoolean overlapped = new AtomicBoolean();

    /** What statements fail with; null if they do not. */
    private volatile Throwable failure;

    /** Whose statement has no row for it. */
    private volatile long forgotten = -1;

    private final CombinedRequests<String> requests =
            new CombinedRequests<>(oneStatement, new CombinedRequests.Sender<>() {
                @Override
                public String one(LockMode mode, long lockId) throws SQLException {
                    return many(mode, List.of(lockId)).get(lockId);
                }

                @Override
                public Map<Long, String> many(LockMode mode, Collection<Long> lockIds) throws SQLException {
                    if (running.incrementAndGet() > 1 || !oneStatement.isHeldByCurrentThread()) {
                        overlapped.set(true);
                    }
                    sent.add(Set.copyOf(lockIds));
                    Map<Long, String> answers = new HashMap<>();
                    lockIds.forEach(lockId -> answers.put(lockId, mode + "/" + lockId));
                    answers.remove(forgotten);
                    running.decrementAndGet();
                    if (failure instanceof SQLException e) {
                        throw e;
                    }
                    if (failure instanceof Error e) {
                        throw e;
                    }
                    return answers;
                }
            });

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private Future<String> ask(LockMode mode, long lockId) {
        return threads.submit(() -> requests.ask(mode, lockId));
    }

    /** Starts requests while another statement of the session runs. The first of them waits for it, the others queue. */
    private List<Future<String>> askWhileBusy(int exclusive, int shared) {
        List<Future<String>> asked = new ArrayList<>();
        oneStatement.lock();
        try {
            for (int i = 0; i < exclusive + shared; i++) {
                asked.add(ask(i < exclusive ? LockMode.EXCLUSIVE : LockMode.SHARED, i));
                int before = i;
                await(() -> before == 0 ? oneStatement.hasQueuedThreads() : requests.waiting() == before);
            }
        } finally {
            oneStatement.unlock();
        }
        return asked;
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("requests that queue are sent together, one statement for each mode, and each gets its own answer")
    void shouldCombine() throws Exception {
        List<Future<String>> asked = askWhileBusy(10, 5);

        for (int i = 0; i < 15; i++) {
            assertEquals(
                    (i < 10 ? LockMode.EXCLUSIVE : LockMode.SHARED) + "/" + i,
                    asked.get(i).get());
        }
        assertEquals(List.of(10, 5), sent.stream().map(Set::size).toList());
        assertEquals("EXCLUSIVE/99", requests.ask(LockMode.EXCLUSIVE, 99));
        assertEquals(Set.of(99L), sent.get(2), "one alone is not delayed");
    }

    @Test
    @DisplayName("the failure of a statement is the failure of each of its requests, and of no later one")
    void shouldFailTogether() throws Exception {
        SQLException expected = new SQLException("all of them");
        failure = expected;

        for (Future<String> each : askWhileBusy(5, 0)) {
            assertSame(
                    expected, assertThrows(ExecutionException.class, each::get).getCause());
        }
        assertEquals(1, sent.size());
        failure = null;
        assertEquals("EXCLUSIVE/7", requests.ask(LockMode.EXCLUSIVE, 7));
    }

    @Test
    @DisplayName("an error of the thread that sends leaves nobody waiting")
    void shouldSurviveErrors() throws Exception {
        failure = new StackOverflowError();

        for (Future<String> each : askWhileBusy(3, 3)) {
            assertThrows(ExecutionException.class, each::get);
        }
        assertEquals(2, sent.size());
        failure = null;
        assertEquals("SHARED/7", requests.ask(LockMode.SHARED, 7));
    }

    @Test
    @DisplayName("a request that the server does not answer fails, and the others of its statement do not")
    void shouldFailWithoutAnswer() throws Exception {
        forgotten = 1;

        List<Future<String>> asked = askWhileBusy(3, 0);

        assertEquals("EXCLUSIVE/0", asked.get(0).get());
        assertThrows(ExecutionException.class, asked.get(1)::get);
        assertEquals("EXCLUSIVE/2", asked.get(2).get());
    }

    @Test
    @DisplayName("under load every request is answered once, and statements run one after the other")
    void shouldAnswerAllUnderLoad() throws Exception {
        int each = 20_000;
        List<Future<?>> callers = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
            LockMode mode = caller % 4 == 0 ? LockMode.SHARED : LockMode.EXCLUSIVE;
            long lockId = caller;
            callers.add(threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    assertEquals(mode + "/" + lockId, requests.ask(mode, lockId));
                }
                return null;
            }));
        }
        for (Future<?> caller : callers) {
            caller.get();
        }
        assertTrue(!overlapped.get(), "statements did not overlap");
        assertEquals(8 * each, sent.stream().mapToInt(Set::size).sum());
        assertEquals(0, requests.waiting());
    }
}
