// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads that do the same. The thread of a number is always the same, so that what a contender keeps for a thread
 * serves all slices. Crews do not overlap: one thread starts and joins them.
 */
final class Crew {

    /** Longer than any workload takes. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final List<ExecutorService> THREADS = new ArrayList<>();

    /** What a thread does. */
    interface Task {
        void run(int number) throws Exception;
    }

    private final List<Future<?>> tasks = new ArrayList<>();

    private Crew() {}

    static Crew start(int size, Task task) {
        while (THREADS.size() < size) {
            THREADS.add(thread("crew-" + THREADS.size()));
        }
        Crew crew = new Crew();
        for (int i = 0; i < size; i++) {
            int number = i;
            crew.tasks.add(THREADS.get(number).submit(() -> {
                task.run(number);
                return null;
            }));
        }
        return crew;
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    static void run(int size, Task task) throws Exception {
        start(size, task).join();
    }

    /** Waits for all, and throws what the first of them has thrown. */
    void join() throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        try {
            for (Future<?> task : tasks) {
                task.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new IllegalStateException("a thread did not end", e);
        } finally {
            tasks.forEach(task -> task.cancel(true));
        }
    }
}
