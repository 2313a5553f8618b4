// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Work that is done at the same time. Confined to the thread that made it. */
final class Parallel {

    /** Something that may fail. */
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    private final List<FutureTask<Void>> tasks = new ArrayList<>();

    void start(Work work) {
        FutureTask<Void> task = new FutureTask<>(callable(work));
        tasks.add(task);
        Thread thread = new Thread(task, "demo-work");
        thread.setDaemon(true);
        thread.start();
    }

    private static Callable<Void> callable(Work work) {
        return () -> {
            work.run();
            return null;
        };
    }

    /** Waits for all, and throws what the first that failed has thrown. */
    void await() throws IOException, InterruptedException {
        for (FutureTask<Void> task : tasks) {
            try {
                task.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}
