// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
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
 * <p>{@link InMemoryLocker} documents what is not simulated.
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
     * depend on it must run on another thread.
     */
    record Waiter(InMemoryLocker locker, LockAttempt attempt, CompletableFuture<@Nullable InMemoryHandle> outcome) {

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

    ExecutorService threads() {
        return threads;
    }

    /** Queues the request, and grants it if possible. If that is not possible and it does not wait, it gives up. */
    synchronized Waiter join(InMemoryLocker locker, LockAttempt attempt) {
        locker.requireOpen();
        Waiter waiter = new Waiter(locker, attempt, new CompletableFuture<>());
        lines.computeIfAbsent(waiter.lockId(), id -> new Line()).waiters.add(waiter);
        serve(waiter.lockId());
        if (attempt.waitAtMost().isZero()) {
            giveUp(waiter);
        }
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
     * Ends all locks and waits of the locker. The returned notifications report the ends; they must run without the
     * monitor.
     */
    synchronized List<Runnable> endAll(InMemoryLocker locker) {
        List<InMemoryHandle> held = new ArrayList<>();
        for (Line line : List.copyOf(lines.values())) {
            List.copyOf(line.waiters).stream()
                    .filter(waiter -> waiter.locker() == locker)
                    .forEach(this::giveUp);
            List.copyOf(line.holders).stream()
                    .filter(handle -> handle.asked().locker() == locker)
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

    private static boolean fits(LockRequest request, List<InMemoryHandle> holders) {
        return holders.isEmpty()
                || request.mode() == LockMode.SHARED && holders.get(0).mode() == LockMode.SHARED;
    }
}
