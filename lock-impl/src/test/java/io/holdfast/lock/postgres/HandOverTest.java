// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Lockers whose locks pass from holder to holder, and the statements that they send. */
abstract class HandOverTest extends LoggedTest {

    static final Duration HAND_OVER = Duration.ofSeconds(1);

    /** Time is no bound here, also on a loaded machine, and no check proves a lock. */
    static final LockerConfig HANDING =
            CONFIG.handOver(HAND_OVER).checkInterval(LONG).connectionTimeout(Duration.ofSeconds(10));

    /** Each is one round trip. */
    final Queue<String> statements = new ConcurrentLinkedQueue<>();

    final PostgresLocker counted(LockerConfig config) throws InterruptedException {
        PostgresLocker locker = locker(config, () -> Statements.watched(pool.getConnection(), statements::add));
        locker.acquire(LockRequest.of(key + "/first")).release();
        statements.clear();
        return locker;
    }

    /** Who asks in this way is in line when the call returns. */
    static List<CompletableFuture<LockHandle>> queue(PostgresLocker locker, LockRequest... requests) {
        List<CompletableFuture<LockHandle>> waiters = new ArrayList<>();
        for (LockRequest each : requests) {
            waiters.add(locker.acquireAsync(each));
        }
        return waiters;
    }

    static LockHandle get(Future<LockHandle> waiter) throws Exception {
        return waiter.get(20, TimeUnit.SECONDS);
    }

    /** Runs the work on several threads at once. */
    final void onThreads(int number, Callable<?> work) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            running.add(threads.submit(work));
        }
        for (Future<?> each : running) {
            each.get();
        }
    }
}
