// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which every JDBC call of the lock runs. They are plain daemon threads, not the container's managed ones,
 * on purpose: on a managed thread application servers enlist a connection in transactions, share it, park it, or close it
 * when the call returns. They carry the class loader of this library, since code that asks for the context class loader
 * fails without one, and inherit no thread locals.
 */
final class Keepers {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), Keepers::thread);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, Keepers::thread);

    Keepers() {
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(null, work, "holdfast-keeper-" + NUMBER.incrementAndGet(), 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(Keepers.class.getClassLoader());
        return thread;
    }

    /**
     * Runs the work on a keeper thread.
     *
     * @throws RejectedExecutionException after {@link #stop}
     */
    void execute(Runnable work) {
        threads.execute(work);
    }

    /**
     * Runs the work on a keeper thread; on the caller's after {@link #stop}, and where no thread is to be had: a lock must be
     * released then, too.
     */
    <T> CompletableFuture<T> submit(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable completing = () -> {
            try {
                result.complete(work.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        };
        try {
            execute(completing);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            completing.run();
        }
        return result;
    }

    /** Runs the work once, on the timer's thread, which must not be kept waiting. Not after {@link #stop}. */
    Future<?> schedule(Runnable work, Duration delay) {
        try {
            return timer.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Ends the session unless the future is canceled before that. */
    Future<?> endAfter(Duration limit, LockSession session) {
        return schedule(
                () -> submit(() -> {
                    session.end();
                    return null;
                }),
                limit);
    }

    /** As {@link #schedule}, again and again. */
    void every(Duration interval, Runnable work) {
        Runnable contained = () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                Messages.LOG.log(System.Logger.Level.ERROR, "the lock watch failed; it goes on", e);
            }
        };
        try {
            timer.scheduleWithFixedDelay(contained, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The locker was closed meanwhile.
            Messages.LOG.log(System.Logger.Level.DEBUG, "nothing to watch any more", e);
        }
    }

    /** Nothing is scheduled any more. */
    void stopTimer() {
        timer.shutdownNow();
    }

    /** Lets running work finish, waiting for it at most as long as given; idle threads end at once. */
    void stop(Duration atMost) {
        stopTimer();
        threads.shutdown();
        boolean interrupted = false;
        Deadline deadline = Deadline.after(atMost);
        while (!deadline.hasPassed()) {
            try {
                threads.awaitTermination(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
