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
 * The threads on which the locker uses JDBC, except for locks of the caller's own transaction. They are plain daemon
 * threads on purpose, and not managed threads of the container: on a managed thread, application servers enlist a
 * connection in transactions, share it, park it, or close it when the call returns. Their context class loader is that
 * of this library, because code that uses the context class loader fails without one. They inherit no thread locals.
 */
public final class Keepers {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static final Duration LONGEST_DELAY = Duration.ofNanos(Long.MAX_VALUE / 4);

    private static final class Keeper extends Thread {

        private final Keepers owner;

        Keeper(Keepers owner, Runnable work) {
            super(rootGroup(), work, "holdfast-keeper-" + NUMBER.incrementAndGet(), 0, false);
            this.owner = owner;
        }
    }

    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), this::thread);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, this::thread);

    public Keepers() {
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    private Thread thread(Runnable work) {
        Thread thread = new Keeper(this, work);
        thread.setDaemon(true);
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.setContextClassLoader(Keepers.class.getClassLoader());
        return thread;
    }

    /** Returns the root group. The group of the caller that needs the thread first may be destroyed. */
    private static ThreadGroup rootGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    /** Whether the calling thread is a keeper thread, of any locker. */
    public static boolean isKeeper() {
        return Thread.currentThread() instanceof Keeper;
    }

    /**
     * Whether the calling thread may use JDBC, if the connection allows that. A virtual thread may not, since an
     * interrupt closes the socket that it reads from; and neither may a thread that ends transactions for all others.
     */
    public static boolean maySubstitute() {
        Thread thread = Thread.currentThread();
        return !thread.getClass().getName().contains("VirtualThread")
                && !thread.getName().startsWith("Transaction Reaper");
    }

    /** Whether the calling thread is one of these threads, so that it must not wait for them. */
    private boolean isCurrent() {
        return Thread.currentThread() instanceof Keeper keeper && keeper.owner == this;
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
     * Runs the work on a keeper thread. After {@link #stop}, and if no thread is available, it runs on the caller's
     * thread, because a lock must be released in these cases, too.
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

    /** Does the same as {@link #submit}, for work without a result. */
    public CompletableFuture<Void> run(Runnable work) {
        return submit(() -> {
            work.run();
            return null;
        });
    }

    /** Runs regular work on a keeper thread, as {@link #run} does, and logs its failure. */
    public void runReported(Runnable work) {
        run(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                Messages.watchFailed(e);
            }
        });
    }

    /** Runs the work once, on the timer's thread, which it must not block. It does not run after {@link #stop}. */
    public Future<?> schedule(Runnable work, Duration delay) {
        try {
            Duration counted = delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
            return timer.schedule(work, counted.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Runs the work at every interval, on the timer's thread, which it must not block, until {@link #stop}. */
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
            Messages.LOG.log(System.Logger.Level.DEBUG, "the locker is closed, so nothing is watched any more", e);
        }
    }

    /**
     * Accepts no more work, ends idle threads, and waits for running work to finish, for this time at most. Does not
     * wait if the calling thread is one of these threads.
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
