// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What waits costs memory, and a thread only where a session waits with it. */
@Timeout(60)
class ThreadsIT extends LockerTest {

    private static final int KEYS = 5_000;
    private static final int MAX_SESSIONS = 20;

    /** As many threads at least may ask on shared sessions. */
    private static final int ASKING_ON_SHARED_SESSIONS = 32;

    /** For the checks, the signs of life, the timer and the telling. */
    private static final int BESIDES = 10;

    /** While a connection is being opened at the moment when their time is up, some miss that instead. */
    private static final int AT_LIMIT = KEYS / 10;

    /** When thousands are refused at one moment, some are notified at the same time. */
    private static final int TELLING = 30;

    private static final Duration WAIT = Duration.ofSeconds(3);
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** How many connections the locker has opened. */
    private final AtomicInteger connections = new AtomicInteger();

    private final Set<Thread> before = new HashSet<>(keepers());

    private static List<Thread> keepers() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] all = new Thread[KEYS * 3];
        int count = root.enumerate(all);
        return IntStream.range(0, count)
                .mapToObj(i -> all[i])
                .filter(thread -> thread.getName().startsWith("holdfast-keeper-"))
                .toList();
    }

    private int newKeepers() {
        return (int)
                keepers().stream().filter(thread -> !before.contains(thread)).count();
    }

    private LockRequest held(int i) {
        return LockRequest.of(key + "/" + i);
    }

    /** Takes all these keys until the connection is closed. */
    private Connection holder(int keys) throws SQLException {
        Connection connection = Databases.SHARED.connect();
        String ids = IntStream.range(0, keys)
                .mapToObj(i -> "" + LockId.of(CONFIG.namespace(), held(i).key()))
                .collect(Collectors.joining(","));
        try (Statement statement = connection.createStatement()) {
            statement.execute("select count(pg_advisory_lock(id)) from unnest('{" + ids + "}'::bigint[]) id");
        }
        return connection;
    }

    private PostgresLocker limited(SessionMode mode) {
        return locker(CONFIG.sessions(mode).maxSessions(MAX_SESSIONS).maxLocks(100), () -> {
            connections.incrementAndGet();
            return Databases.SHARED.connect();
        });
    }

    private void assertServedAtOnce(PostgresLocker locker) throws InterruptedException {
        long start = System.nanoTime();
        locker.acquire(request).release();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(AT_ONCE) < 0, "took " + took);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName(
            "C5, C6: thousands of asynchronous waits take no more threads than there may be sessions, and all end in time")
    void shouldNotTakeOneThreadForEachWait(SessionMode mode) throws Exception {
        int asking = mode == SessionMode.SHARED ? ASKING_ON_SHARED_SESSIONS : 0;
        PostgresLocker locker = limited(mode);
        int whileWaiting = 0;
        int connectionsWhileWaiting = 0;
        int most = 0;
        Map<Class<?>, Integer> outcomes = new HashMap<>();
        try (Connection holder = holder(KEYS)) {
            List<CompletableFuture<LockHandle>> futures = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                futures.add(locker.acquireAsync(held(i), WAIT));
                most = i % 100 == 0 ? Math.max(most, newKeepers()) : most;
            }
            whileWaiting = most;
            CompletableFuture<Void> all = CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
            CompletableFuture<Object> first = CompletableFuture.anyOf(futures.toArray(CompletableFuture[]::new));
            long begun = System.nanoTime();
            while (!all.isDone()
                    && System.nanoTime() - begun < WAIT.multipliedBy(4).toNanos()) {
                most = Math.max(most, newKeepers());
                whileWaiting = first.isDone() ? whileWaiting : most;
                connectionsWhileWaiting = first.isDone() ? connectionsWhileWaiting : connections.get();
                Server.letPass(Duration.ofMillis(5));
            }

            assertTrue(all.isDone(), "all have ended");
            assertTrue(holder.isValid(1), "the holder is alive");
            for (CompletableFuture<LockHandle> future : futures) {
                ExecutionException failure = assertThrows(ExecutionException.class, future::get);
                outcomes.merge(failure.getCause().getClass(), 1, Integer::sum);
            }
            assertServedAtOnce(locker);
        }
        int waited = outcomes.getOrDefault(LockNotAcquiredException.class, 0);
        int refused = outcomes.getOrDefault(LockLimitException.class, 0);
        // One session may be for those that only ask.
        assertTrue(waited >= MAX_SESSIONS - 1, () -> "every session waited for one: " + outcomes);
        assertTrue(waited + refused >= KEYS - AT_LIMIT, () -> "the others are notified of the limit: " + outcomes);
        int unconnected = outcomes.getOrDefault(LockConnectionTimeoutException.class, 0);
        assertEquals(KEYS, waited + refused + unconnected, outcomes::toString);
        // Some are opened after others were closed, or beside the limit to compare sessions.
        assertTrue(
                connectionsWhileWaiting > 0 && connectionsWhileWaiting <= MAX_SESSIONS + BESIDES,
                "connections opened while all wait: " + connectionsWhileWaiting);
        int bound = MAX_SESSIONS + asking + BESIDES;
        assertTrue(whileWaiting > 0 && whileWaiting <= bound, "threads while all wait: " + whileWaiting);
        assertTrue(most <= bound + TELLING, "threads at most: " + most);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C4: a key that is free is granted at once beside others that are waited for, while a session is left")
    void shouldServeFreeKeyBesideWaits(SessionMode mode) throws Exception {
        // With shared sessions one is for all that are free.
        int waits = MAX_SESSIONS - 1;
        PostgresLocker locker = limited(mode);
        List<CompletableFuture<LockHandle>> futures = new ArrayList<>();
        try (Connection holder = holder(waits)) {
            for (int i = 0; i < waits; i++) {
                futures.add(locker.acquireAsync(held(i), WAIT));
            }
            Server.eventually(
                    "all wait on the server",
                    () -> IntStream.range(0, waits)
                            .allMatch(i ->
                                    server.locks(locker.lockId(held(i).key())).size() == 2));

            assertServedAtOnce(locker);

            assertTrue(holder.isValid(1));
            assertTrue(futures.stream().noneMatch(CompletableFuture::isDone), "the others still wait");
        }
        for (CompletableFuture<LockHandle> future : futures) {
            future.get(10, TimeUnit.SECONDS).release();
        }
    }
}
