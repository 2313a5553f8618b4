// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the database in unit tests: the lockers that are created here exclude each other like the lockers of several
 * JVMs that share a PostgreSQL. Thread-safe. It does not have to be closed; its threads are daemons, and end when they
 * are idle.
 *
 * <pre>{@code
 * InMemoryLocks locks = new InMemoryLocks();
 * Locker here = locks.newLocker();
 * Locker there = locks.newLocker();
 * }</pre>
 *
 * <p>{@link InMemoryLocker} documents what is not simulated. {@link InMemoryLocking} puts such locks under
 * {@link io.holdfast.lock.Locked} methods.
 *
 * @since 0.1.0
 */
public final class InMemoryLocks {

    /**
     * The holders and the waiters of one lock id. Everything here is guarded by the monitor of the enclosing object.
     */
    private static final class Line {
        final List<InMemoryHandle> holders = new ArrayList<>();
        final Queue<Waiter> waiters = new ArrayDeque<>();
    }

    /**
     * One request. Its outcome is null if it gave up. The outcome is completed under the monitor, so actions that
     * depend on it must run on another thread. The id stands for the session that the request would have on a server.
     */
    record Waiter(
            InMemoryLocker locker,
            LockAttempt attempt,
            CompletableFuture<@Nullable InMemoryHandle> outcome,
            int id,
            Instant since) {

        LockRequest request() {
            return attempt.request();
        }

        long lockId() {
            return attempt.lockId();
        }
    }

    private final Map<Long, Line> lines = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "in-memory-locks");
        thread.setDaemon(true);
        return thread;
    });
    private long grants;
    private int requests;

    /** Whether a lock is granted although another holder excludes it. */
    private boolean isOff;

    /** Whether the switch has been reported. */
    private boolean isReported;

    /** Creates an object without any locks. */
    public InMemoryLocks() {}

    /**
     * Creates a locker of namespace 0.
     *
     * @param listeners who is notified of what happens to its locks
     * @return a new locker
     */
    public InMemoryLocker newLocker(LockListener... listeners) {
        return newLocker(0, listeners);
    }

    /**
     * Creates a locker of this namespace. Lockers of different namespaces do not exclude each other.
     *
     * @param namespace any number
     * @param listeners who is notified of what happens to its locks
     * @return a new locker
     */
    public InMemoryLocker newLocker(int namespace, LockListener... listeners) {
        return new InMemoryLocker(this, namespace, List.of(listeners));
    }

    /**
     * Takes the lock of this key from all its holders, in every namespace, as the end of their sessions would. The
     * first waiter gets it. Handles that were held become {@link LockState#LOST}; lapsed handles remain lapsed, and
     * their actions do not run. Returns when all {@linkplain LockHandle#onLost actions} and listeners have been called,
     * for each handle on another thread.
     *
     * @param key the name of what is locked
     * @return the number of handles that became lost
     */
    public int lose(String key) {
        int lost = 0;
        List<Runnable> ends = new ArrayList<>();
        synchronized (this) {
            for (Line line : List.copyOf(lines.values())) {
                for (InMemoryHandle handle : List.copyOf(line.holders)) {
                    if (handle.key().equals(key)) {
                        end(handle, handle.state(), LockState.LOST).ifPresent(ends::add);
                        lost += handle.state() == LockState.LOST ? 1 : 0;
                    }
                }
            }
        }
        ends.stream()
                .map(notification -> CompletableFuture.runAsync(notification, threads))
                .toList()
                .forEach(CompletableFuture::join);
        return lost;
    }

    // ---- for tests to look at

    /**
     * Returns who holds the lock of this key, in every namespace. Holders whose advisory ttl has passed are included,
     * because they keep the lock.
     *
     * @param key the name of what is locked
     * @return the handles of the holders, the first one first; empty if nobody holds the lock
     */
    public synchronized List<LockHandle> holders(String key) {
        List<LockHandle> holders = new ArrayList<>();
        for (Line line : lines.values()) {
            line.holders.stream()
                    .filter(handle -> handle.key().equals(key) && !handle.isFreedByServer())
                    .forEach(holders::add);
        }
        return List.copyOf(holders);
    }

    /**
     * Returns how many requests wait for the lock of this key, in every namespace.
     *
     * @param key the name of what is locked
     * @return 0 or more
     */
    public synchronized int waiters(String key) {
        return Math.toIntExact(lines.values().stream()
                .flatMap(line -> line.waiters.stream())
                .filter(waiter -> waiter.request().key().equals(key))
                .count());
    }

    /**
     * Waits until requests wait for the lock of this key, so that a test knows that another thread has come that far.
     * Blocks.
     *
     * @param key the name of what is locked
     * @param number how many requests have to wait, in all namespaces together
     * @param atMost how long this call waits for them; does not wait if it is zero or negative
     * @return whether that many requests wait
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitWaiters(String key, int number, Duration atMost) throws InterruptedException {
        long startNanos = System.nanoTime();
        long limitNanos = InMemoryLocker.nanos(atMost);
        synchronized (this) {
            while (waiters(key) < number) {
                long leftNanos = limitNanos - (System.nanoTime() - startNanos);
                if (leftNanos <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
            }
            return true;
        }
    }

    // ---- for tests to change

    /**
     * Turns locking off: every request is granted at once, even if another caller holds the lock, until
     * {@link #turnOn} or {@link #reset}. Requests that wait are granted now. So a test can show what happens without
     * the lock. Everything else remains: the handles, their ttl, fencing tokens and {@link #lose}. Logs a warning the
     * first time.
     */
    public void turnOff() {
        boolean first;
        synchronized (this) {
            isOff = true;
            first = !isReported;
            isReported = true;
            List.copyOf(lines.keySet()).forEach(this::serve);
        }
        if (first) {
            InMemoryLocker.LOG.log(
                    System.Logger.Level.WARNING,
                    "LOCKING IS TURNED OFF: every lock in memory is granted at once, and nothing excludes anything."
                            + " A test does this to show what happens without the lock");
        }
    }

    /**
     * Turns locking on, as it is at first. Holders that were granted the same lock while it was off keep it, and a new
     * request waits for all of them.
     */
    public synchronized void turnOn() {
        isOff = false;
    }

    /**
     * Ends every lock and every wait, in every namespace, and turns locking on. To be called between tests. Handles
     * that were held become {@link LockState#RELEASED}; a thread that waits gets what it would get at the end of its
     * wait. The lockers stay open.
     */
    public void reset() {
        List<Runnable> ends;
        synchronized (this) {
            isOff = false;
            ends = endAll(locker -> true);
        }
        ends.forEach(Runnable::run);
    }

    /** Returns the administration of the locks of a namespace. */
    LockAdmin newAdmin(int namespace) {
        return new InMemoryAdmin(this, namespace);
    }

    /** Describes every lock of the namespace that is held or waited for. */
    synchronized List<LockInfo> describe(int namespace) {
        return lines.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(line -> describe(line.getKey(), line.getValue(), namespace))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<LockInfo> describe(long lockId, Line line, int namespace) {
        List<Waiter> holders = line.holders.stream()
                .filter(handle -> !handle.isFreedByServer())
                .map(InMemoryHandle::asked)
                .toList();
        return Stream.concat(holders.stream(), line.waiters.stream())
                .map(Waiter::attempt)
                .filter(attempt -> attempt.namespace() == namespace)
                .findFirst()
                .map(attempt -> new LockInfo(
                        lockId, attempt.request().key(), sessions(holders.stream()), sessions(line.waiters.stream())));
    }

    private static List<LockInfo.Session> sessions(Stream<Waiter> requests) {
        return requests.map(InMemoryAdmin::session).toList();
    }

    /**
     * Ends the session of one request, as an operator would: a holder loses the lock, and a waiter continues at the end
     * of the queue.
     *
     * @return whether there was such a session
     */
    boolean terminate(long lockId, int id) {
        Optional<Runnable> loss;
        synchronized (this) {
            Line line = lines.getOrDefault(lockId, new Line());
            Optional<Waiter> waiter =
                    line.waiters.stream().filter(each -> each.id() == id).findFirst();
            if (waiter.isPresent()) {
                line.waiters.remove(waiter.get());
                line.waiters.add(waiter.get());
                serve(lockId);
                return true;
            }
            loss = line.holders.stream()
                    .filter(handle -> handle.asked().id() == id)
                    .findFirst()
                    .flatMap(handle -> end(handle, handle.state(), LockState.LOST));
        }
        loss.ifPresent(threads::execute);
        return loss.isPresent();
    }

    // ---- for lockers and handles

    ExecutorService threads() {
        return threads;
    }

    /** Queues the request, and grants it if possible. If that is not possible and it does not wait, it gives up. */
    synchronized Waiter join(InMemoryLocker locker, LockAttempt attempt) {
        locker.requireOpen();
        Waiter waiter = new Waiter(locker, attempt, new CompletableFuture<>(), ++requests, Instant.now());
        lines.computeIfAbsent(waiter.lockId(), id -> new Line()).waiters.add(waiter);
        serve(waiter.lockId());
        if (attempt.waitAtMost().isZero()) {
            giveUp(waiter);
        }
        // Those that wait for waiters.
        notifyAll();
        return waiter;
    }

    /** Ends the wait without a grant. Does nothing if the outcome is known already. */
    synchronized void giveUp(Waiter waiter) {
        if (waiter.outcome().complete(null)) {
            requireNonNull(lines.get(waiter.lockId())).waiters.remove(waiter);
            serve(waiter.lockId());
        }
    }

    /**
     * Ends this holder's lock, unless it had ended; see {@link InMemoryHandle#end}. The next waiter gets it now or, if
     * the lock is released, when the returned notification runs.
     */
    synchronized Optional<Runnable> end(InMemoryHandle handle, LockState before, LockState how) {
        Optional<Runnable> notification = handle.end(before, how);
        if (notification.isPresent() && handle.state() != LockState.RELEASED) {
            free(handle);
        }
        return notification;
    }

    /** Removes the holder, and grants the lock to the next waiter. */
    synchronized void free(InMemoryHandle handle) {
        Line line = lines.get(handle.asked().lockId());
        if (line != null && line.holders.remove(handle)) {
            serve(handle.asked().lockId());
        }
    }

    /**
     * Ends all locks and waits of these lockers. The returned notifications report the ends; they must run without the
     * monitor.
     */
    synchronized List<Runnable> endAll(Predicate<InMemoryLocker> lockers) {
        List<InMemoryHandle> held = new ArrayList<>();
        for (Line line : List.copyOf(lines.values())) {
            List.copyOf(line.waiters).stream()
                    .filter(waiter -> lockers.test(waiter.locker()))
                    .forEach(this::giveUp);
            List.copyOf(line.holders).stream()
                    .filter(handle -> lockers.test(handle.asked().locker()))
                    .forEach(held::add);
        }
        return held.stream()
                .flatMap(handle -> end(handle, handle.state(), LockState.RELEASED).stream())
                .toList();
    }

    /** Serves the waiters when an enforced ttl has passed. */
    void serveAfter(long nanos, long lockId) {
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, threads).execute(() -> serve(lockId));
    }

    /**
     * Takes the lock from holders whose enforced ttl has passed, and grants it to the waiters in order until one has to
     * wait.
     */
    private synchronized void serve(long lockId) {
        Line line = lines.get(lockId);
        if (line == null) {
            return;
        }
        List<InMemoryHandle> freed =
                line.holders.stream().filter(InMemoryHandle::isFreedByServer).toList();
        line.holders.removeAll(freed);
        freed.forEach(handle -> handle.end(LockState.LAPSED, LockState.LAPSED).ifPresent(threads::execute));
        while (!line.waiters.isEmpty() && fits(line.waiters.peek().request(), line.holders)) {
            Waiter next = line.waiters.remove();
            InMemoryHandle handle = new InMemoryHandle(this, next, new FencingToken(1, ++grants));
            line.holders.add(handle);
            next.outcome().complete(handle);
        }
        if (line.holders.isEmpty()) {
            lines.remove(lockId);
        }
    }

    private boolean fits(LockRequest request, List<InMemoryHandle> holders) {
        return isOff
                || holders.isEmpty()
                || request.mode() == LockMode.SHARED
                        && holders.stream().allMatch(holder -> holder.mode() == LockMode.SHARED);
    }
}
