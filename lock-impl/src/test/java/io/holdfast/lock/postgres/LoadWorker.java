// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.LoadHistory.Holding;
import io.holdfast.lock.postgres.hold.Insides;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** One thread that takes locks in all ways there are, writes under them, and notes when it held what. */
final class LoadWorker implements Callable<Void> {

    private static final long LONGEST_WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final PostgresLocker locker;
    private final Connection journal;
    private final LoadObserver.Oracle oracle;
    private final LoadProcess.Order order;
    private final int number;
    private final Random random;
    private final List<Holding> holdings = new ArrayList<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();

    /** Held while {@link #waiting} changes and while an interrupt is sent, so that none comes too late. */
    private final ReentrantLock interrupting = new ReentrantLock();

    /** Who waits for a lock now; null while nobody does. Guarded by the lock above. */
    private Thread waiting;

    LoadWorker(PostgresLocker locker, Connection journal, LoadProcess.Order order, int number) {
        this.locker = locker;
        this.journal = journal;
        this.oracle = new LoadObserver.Oracle(journal);
        this.order = order;
        this.number = number;
        this.random = new Random(order.seed() + 1 + number);
    }

    void interruptIfWaiting() {
        interrupting.lock();
        try {
            if (waiting != null) {
                waiting.interrupt();
            }
        } finally {
            interrupting.unlock();
        }
    }

    private void setWaiting(Thread thread) {
        interrupting.lock();
        try {
            waiting = thread;
        } finally {
            interrupting.unlock();
        }
    }

    private long now() {
        return System.nanoTime() - order.originNanos();
    }

    @Override
    public Void call() throws Exception {
        try (journal) {
            long start = now();
            while (now() - start < TimeUnit.SECONDS.toNanos(order.seconds())) {
                once(order.keys().get(random.nextInt(order.keys().size())));
            }
        }
        return null;
    }

    private void once(String key) throws Exception {
        long requested = now();
        Optional<LockHandle> handle = Optional.empty();
        setWaiting(Thread.currentThread());
        try {
            handle = acquire(LockRequest.of(key).fenced(random.nextBoolean()));
        } catch (LockNotAcquiredException e) {
            count("timed out");
        } catch (LockException e) {
            count(e.getClass().getSimpleName());
            e.printStackTrace();
        } catch (InterruptedException e) {
            count("interrupted");
        } finally {
            setWaiting(null);
            Thread.interrupted();
        }
        if (handle.isPresent()) {
            hold(handle.get(), requested);
        }
    }

    private Optional<LockHandle> acquire(LockRequest request) throws InterruptedException {
        Duration brief = Duration.ofMillis(random.nextInt(20));
        return switch (random.nextInt(6)) {
            case 0 -> locker.tryAcquire(request);
            case 1 -> Optional.of(locker.acquire(request, brief));
            case 2 -> canceled(locker.acquireAsync(request, PATIENCE), brief);
            default -> Optional.of(locker.acquire(request, PATIENCE));
        };
    }

    /** A future that was granted the lock immediately before it could be canceled is a holder like any other. */
    private Optional<LockHandle> canceled(CompletableFuture<LockHandle> future, Duration patience)
            throws InterruptedException {
        try {
            return Optional.of(future.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException | InterruptedException e) {
            if (future.cancel(true)) {
                count("canceled");
                return Optional.empty();
            }
            return Optional.ofNullable(future.exceptionally(failure -> null).join());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LockException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void hold(LockHandle handle, long requested) throws SQLException {
        long granted = now();
        AtomicLong told = new AtomicLong(Long.MAX_VALUE);
        handle.onLost(() -> told.set(now()));
        FencingToken token = handle.fencingToken().orElse(null);
        String visit = ProcessHandle.current().pid() + "/" + number + "/" + holdings.size();
        oracle.enter(visit, handle.key(), token);
        int refused = write(handle.key(), token) ? 0 : 1;
        if (random.nextInt(3) == 0) {
            LockSupport.parkNanos((long) (random.nextDouble() * LONGEST_WORK_NANOS));
        }
        refused += write(handle.key(), token) ? 0 : 1;
        oracle.leave(visit, handle.key(), token);
        long ended = now();
        boolean lost = false;
        try {
            handle.release();
        } catch (LockNotHeldException e) {
            lost = true;
        }
        long over = now();
        oracle.end(visit, !lost, pid(handle), ended);
        lost |= told.get() < Long.MAX_VALUE;
        holdings.add(new Holding(
                handle.key(),
                pid(handle),
                token,
                requested,
                granted,
                Math.min(ended, told.get()),
                over,
                lost,
                refused));
        count(lost ? "lost" : "released");
        if (lost && token != null) {
            writeLate(handle.key(), token);
        }
    }

    private static int pid(LockHandle handle) {
        return Insides.session(handle).backend().pid();
    }

    /** As a holder that does not listen: if the key was granted again and written under, only the token keeps this out. */
    private void writeLate(String key, FencingToken token) throws SQLException {
        LockSupport.parkNanos(LONGEST_WORK_NANOS);
        count(write(key, token) ? "late write accepted" : "late write refused");
    }

    /** Without a token there is nothing to guard by. */
    private boolean write(String key, FencingToken token) throws SQLException {
        if (token == null) {
            return true;
        }
        try (PreparedStatement statement = journal.prepareStatement(LoadObserver.WRITE)) {
            statement.setString(1, token.toString());
            statement.setString(2, key);
            statement.setString(3, token.toString());
            return statement.executeUpdate() == 1;
        }
    }

    private void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    /** After the thread has ended. */
    void print() {
        holdings.forEach(holding -> System.out.println(holding.toLine()));
        outcomes.forEach((outcome, times) -> System.out.println("# " + times + " " + outcome));
    }
}
