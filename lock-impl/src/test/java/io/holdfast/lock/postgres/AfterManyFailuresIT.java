// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ways not to get a lock, thousands of times, and what is left of that: nothing. */
@Timeout(180)
class AfterManyFailuresIT {

    private static final int THREADS = 4;
    private static final int POOL_SIZE = 3;
    private static final Duration BRIEF = Duration.ofMillis(1);

    /** So long that what is kept until the end of a wait that was given up is still there when the heap is measured. */
    private static final Duration LONG = Duration.ofHours(1);

    private static final int ATTEMPTS = 10_000;
    private static final int KINDS = 5;

    /**
     * The least that a leak of one kind of failure would take: a scheduled task, or a place in a queue, takes some 300 bytes
     * with what it refers to. What was measured without any leak is up to 150,000 bytes in all.
     */
    private static final long ALLOWED_GROWTH = ATTEMPTS / KINDS * 200L;

    private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();
    private final Server server = new Server(Databases.SHARED);
    private final HikariDataSource pool = Databases.pool(POOL_SIZE);
    private final HikariDataSource exhausted = Databases.pool(1);
    private final LockerConfig config = LockerConfig.DEFAULT;
    private final PostgresLocker locker = new PostgresLocker(config, ConnectionSource.of(pool), List.of());
    private final PostgresLocker starving = new PostgresLocker(
            config.connectionTimeout(Duration.ofMillis(5))
                    .answerTimeout(Duration.ofMillis(5))
                    .maxSessions(100),
            ConnectionSource.of(exhausted),
            List.of());
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final ScheduledExecutorService interrupter = Executors.newSingleThreadScheduledExecutor();
    private final String key = "failures/" + UUID.randomUUID();
    private final LockRequest request = LockRequest.of(key);
    private final long lockId = locker.lockId(key);

    /** No locker holds the key, so that none has anything to watch. */
    private Connection holder;

    private Connection only;

    @BeforeEach
    void holdLockAndPool() throws SQLException {
        holder = Databases.SHARED.connect();
        try (Statement statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(" + lockId + ")");
        }
        only = exhausted.getConnection();
    }

    @AfterEach
    void close() throws SQLException {
        locker.close();
        starving.close();
        only.close();
        holder.close();
        pool.close();
        exhausted.close();
        threads.shutdownNow();
        interrupter.shutdownNow();
    }

    @Test
    @DisplayName("C5, C6, C17: ten thousand failed attempts leave no lock, connection, thread or memory behind")
    void shouldLeaveNothingBehind() throws Exception {
        fail(ATTEMPTS);
        everythingIsBack();
        long heapBefore = usedHeap();

        fail(ATTEMPTS);

        everythingIsBack();
        long growth = usedHeap() - heapBefore;
        System.out.println("heap after " + ATTEMPTS + " further failed attempts: " + growth + " bytes more");
        assertTrue(growth < ALLOWED_GROWTH, () -> growth + " bytes more");

        only.close();
        holder.close();
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE - 1; i++) {
            handles.add(locker.tryAcquire(LockRequest.of(key + i)).orElseThrow());
        }
        handles.forEach(LockHandle::release);
        Server.eventually("the other pool serves, too", this::starvesNoMore);
        locker.tryAcquire(request).orElseThrow().release();
    }

    /** Its timeout is so short that a busy machine may well need several tries. */
    private boolean starvesNoMore() {
        try {
            return starving.tryWithLock(request, () -> null);
        } catch (LockConnectionTimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fail(int attempts) throws Exception {
        List<Future<?>> work = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            work.add(threads.submit(() -> {
                for (int i = 0; i < attempts / THREADS; i++) {
                    failOnce(i);
                }
                return null;
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }
    }

    private void failOnce(int number) throws InterruptedException {
        switch (number % KINDS) {
            case 0 -> beInterrupted();
            case 1 -> cancel(number);
            case 2 -> assertThrows(LockConnectionTimeoutException.class, () -> starving.acquire(request, LONG));
            case 3 -> assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, BRIEF));
            default -> assertTrue(locker.tryAcquire(request).isEmpty());
        }
    }

    private void beInterrupted() {
        Thread self = Thread.currentThread();
        interrupter.schedule(self::interrupt, BRIEF.toMillis(), TimeUnit.MILLISECONDS);
        assertThrows(InterruptedException.class, () -> locker.acquire(request, LONG));
    }

    /** At all stages: at once, in the local queue, and at the server. */
    private void cancel(int number) {
        CompletableFuture<LockHandle> future = locker.acquireAsync(request, LONG);
        LockSupport.parkNanos(number % 3 * BRIEF.toNanos());
        assertTrue(future.cancel(true));
    }

    private void everythingIsBack() throws InterruptedException {
        Server.eventually(
                "every connection is back in the pool",
                () -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        assertEquals(1, exhausted.getHikariPoolMXBean().getActiveConnections(), "this test's");
        Server.eventually("nobody waits", () -> exhausted.getHikariPoolMXBean().getThreadsAwaitingConnection() == 0);
        Server.eventually("only the holder's lock is left", () -> server.advisoryLocks() == 1);
        Server.eventually("no keeper is left", () -> keepers().isEmpty());
    }

    private Set<String> keepers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threadsBefore.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("holdfast"))
                .collect(Collectors.toSet());
    }

    /** What cleaners and references free only after one collection is freed by a further one. */
    private static long usedHeap() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Server.letPass(Duration.ofMillis(100));
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
