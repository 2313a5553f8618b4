// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Environment;
import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Metric;
import io.holdfast.benchmark.report.Workload;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Many keys are requested without a thread each, while a different locker, as of another JVM, holds them. */
final class ManyRequests {

    private static final int POOL = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private final Bench bench;

    ManyRequests(Bench bench) {
        this.bench = bench;
    }

    void run() throws Exception {
        int count = bench.scale().many();
        LockerConfig config = LockerConfig.DEFAULT.maxLocks(2 * count);
        LockerConfig shared = config.sessions(SessionMode.SHARED);
        request("Holdfast pinned, " + count, config, shared, count);
        request("Holdfast shared, " + count, shared, shared, count);
    }

    private void request(String contender, LockerConfig config, LockerConfig holders, int count) throws Exception {
        try (Environment theirs = new Environment(bench.site(ManyLocks.sharedPool(count)), "elsewhere");
                PostgresLocker holder = locker(holders, theirs);
                Environment ours = new Environment(bench.site(POOL), "requests");
                PostgresLocker locker = locker(config, ours)) {
            List<LockHandle> held = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                held.add(holder.acquire(LockRequest.of("requested/" + i)));
            }
            locker.acquire("first").release();

            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            threads.resetPeakThreadCount();
            int threadsBefore = threads.getThreadCount();
            double heapBefore = usedHeap();
            List<CompletableFuture<Void>> requests = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                requests.add(locker.acquireAsync(LockRequest.of("requested/" + i), PATIENCE)
                        .thenAccept(LockHandle::release));
            }
            Thread.sleep(bench.scale().slice(2).toMillis());
            record(contender, Metric.HEAP, (usedHeap() - heapBefore) / count);
            record(contender, Metric.THREADS, threads.getPeakThreadCount() - threadsBefore);
            record(contender, Metric.CONNECTIONS, ours.borrowed());

            long released = System.nanoTime();
            held.forEach(LockHandle::release);
            record(contender, Metric.ERRORS, failuresOf(requests));
            record(contender, Metric.DRAIN, (System.nanoTime() - released) / 1e6);
        }
    }

    private static PostgresLocker locker(LockerConfig config, Environment environment) {
        return new PostgresLocker(config, ConnectionSource.of(environment.pool()), List.of());
    }

    private static int failuresOf(List<CompletableFuture<Void>> requests) {
        int failures = 0;
        for (CompletableFuture<Void> request : requests) {
            try {
                request.join();
            } catch (CompletionException e) {
                failures++;
            }
        }
        return failures;
    }

    private static double usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    private void record(String contender, Metric metric, double value) {
        bench.results().add(Case.of(Workload.MANY_REQUESTS), contender, metric, 1, value);
    }
}
