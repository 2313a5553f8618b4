// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

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
public final class Keepers {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static final Duration LONGEST_DELAY = Duration.ofNanos(Long.MAX_VALUE / 4);

    /** On which locker's thread the calling one is; absent on others. */
    private static final ThreadLocal<Keepers> CURRENT = new ThreadLocal<>();

    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), this::thread);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, this::thread);

    public Keepers() {
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    private Thread thread(Runnable work) {
        Runnable marked = () -> {
            CURRENT.set(this);
            work.run();
        };
        Thread thread = new Thread(rootGroup(), marked, "holdfast-keeper-" + NUMBER.incrementAndGet(), 0, false);
        thread.setDaemon(true);
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.setContextClassLoader(Keepers.class.getClassLoader());
        return thread;
    }

    /** Not that of the first caller to need the thread, which may be destroyed. */
    private static ThreadGroup rootGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    /** Whether the calling thread is one of these, so that it must not wait for them. */
    boolean isCurrent() {
        return CURRENT.get() == this;
    }

    /**
     * Runs the work on a keeper thread.
     *
     * @throws RejectedExecutionException after {@link #stop}
     */
    public void execute(Runnable work) {
        threads.execute(work);
    }

    /**
     * Runs the work on a keeper thread; on the caller's after {@link #stop}, and where no thread is to be had: a lock must be
     * released then, too.
     */
    public <T> CompletableFuture<T> submit(Callable<T> work) {
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

    /** As {@link #submit}, for work without a result. */
    public CompletableFuture<Void> run(Runnable work) {
        return submit(() -> {
            work.run();
            return null;
        });
    }

    /** Runs the work once, on the timer's thread, which must not be kept waiting. Not after {@link #stop}. */
    public Future<?> schedule(Runnable work, Duration delay) {
        try {
            Duration counted = delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
            return timer.schedule(work, counted.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null);
        }
    }

    /** As {@link #schedule}, again and again. */
    public void every(Duration interval, Runnable work) {
        Runnable contained = () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                Messages.watchFailed(e);
            }
        };
        try {
            timer.scheduleWithFixedDelay(contained, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The locker was closed meanwhile.
            Messages.LOG.log(System.Logger.Level.DEBUG, "nothing to watch any more", e);
        }
    }

    /**
     * Lets running work finish, waiting for it at most as long as given, and not at all on one of these threads; idle threads
     * end at once.
     */
    public void stop(Duration atMost) {
        timer.shutdownNow();
        threads.shutdown();
        if (isCurrent()) {
            return;
        }
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
