// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/** Another locker that tries all the time to get the lock, and notes for how long its holder believed in it after that. */
final class Rival implements AutoCloseable {

    private static final Duration LONGEST_BELIEF = Duration.ofSeconds(15);

    private final PostgresLocker locker;
    private final LockRequest request;
    private final BooleanSupplier holderBelieves;
    private final CompletableFuture<Void> letIn = new CompletableFuture<>();
    private final CompletableFuture<Duration> overlap = new CompletableFuture<>();
    private final Thread thread = new Thread(this::tryAllTheTime, "rival");

    Rival(DataSource dataSource, LockerConfig config, String key, BooleanSupplier holderBelieves) {
        this.locker = new PostgresLocker(config, ConnectionSource.of(dataSource), List.of());
        this.request = LockRequest.of(key);
        this.holderBelieves = holderBelieves;
        thread.start();
    }

    /** For the one holder whose handle this is. */
    static Rival of(LockHandle handle, DataSource dataSource, LockerConfig config) {
        return new Rival(dataSource, config, handle.key(), handle::isHeld);
    }

    private void tryAllTheTime() {
        try {
            while (!overlap.isDone()) {
                tryOnce().ifPresent(this::measure);
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        letIn.completeExceptionally(cause);
        overlap.completeExceptionally(cause);
    }

    private Optional<LockHandle> tryOnce() throws InterruptedException {
        try {
            return locker.tryAcquire(request);
        } catch (LockException e) {
            return Optional.empty(); // the server cannot be asked now, which is what these tests are about
        }
    }

    private void measure(LockHandle handle) {
        long granted = System.nanoTime();
        boolean believed = holderBelieves.getAsBoolean();
        letIn.complete(null);
        while (!Thread.currentThread().isInterrupted()
                && holderBelieves.getAsBoolean()
                && System.nanoTime() - granted < LONGEST_BELIEF.toNanos()) {
            LockSupport.parkNanos(100_000);
        }
        try (handle) {
            overlap.complete(believed ? Duration.ofNanos(System.nanoTime() - granted) : Duration.ZERO);
        }
    }

    boolean isLetIn() {
        return letIn.isDone();
    }

    /** The lock comes free, and the holder does not believe in it for longer than that. */
    void assertLetInWithin(Duration bound, Duration longestOverlap) throws InterruptedException {
        await(letIn, bound, "the lock did not come free");
        Duration measured = await(overlap, LONGEST_BELIEF.plusSeconds(1), "the measuring did not end");
        assertTrue(
                measured.compareTo(longestOverlap) <= 0,
                () -> "the holder said isHeld() for " + measured + " after the lock was granted to somebody else");
    }

    private static <T> T await(CompletableFuture<T> future, Duration bound, String otherwise)
            throws InterruptedException {
        try {
            return future.get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(otherwise + " within " + bound, e);
        } catch (ExecutionException e) {
            throw new AssertionError("the rival failed", e.getCause());
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        locker.close();
    }
}
