// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.InMemoryLocks.Waiter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A {@link Locker} for unit tests, without a database, which {@link InMemoryLocks#newLocker} creates. It fulfills the
 * whole {@linkplain LockerContract contract}, and is stricter where PostgreSQL is not exact: the waiters of all lockers
 * stand in one queue, first come, first served; a lock is free when the call that frees it returns; and an enforced ttl
 * frees the lock as soon as it has passed. A call without a wait of its own waits for 60 s at most. Thread-safe.
 *
 * <p><b>Not simulated:</b> everything that a database causes:
 *
 * <ul>
 *   <li>There are no connections and no limits, so {@link io.holdfast.lock.LockUnavailableException} and similar
 *       exceptions are not thrown, and no lock is {@link io.holdfast.lock.LockState#SUSPECT}.
 *   <li>No deadlock is detected.
 *   <li>There are no transactions: a lock of {@link io.holdfast.lock.LockScope#TRANSACTION}, and one that is to be
 *       released after the transaction, ends when its handle is released.
 *   <li>A handle becomes lost only by {@link InMemoryLocks#lose}, and one that is dropped without a release stays held.
 *   <li>Locks end with the JVM, and so does the growth of fencing tokens.
 * </ul>
 *
 * @since 0.1.0
 */
public final class InMemoryLocker implements Locker {

    static final System.Logger LOG = System.getLogger("io.holdfast.lock.testkit");

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);
    private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final InMemoryLocks locks;
    private final int namespace;
    private final List<LockListener> listeners;

    /** Guarded by the monitor of the locks. */
    private boolean closed;

    InMemoryLocker(InMemoryLocks locks, int namespace, List<LockListener> listeners) {
        this.locks = locks;
        this.namespace = namespace;
        this.listeners = listeners;
    }

    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        return acquire(request, DEFAULT_WAIT);
    }

    @Override
    public LockHandle acquire(LockRequest request, Duration waitAtMost) throws InterruptedException {
        return attempt(request, waitAtMost).orElseThrow(() -> notAcquired(request));
    }

    @Override
    public LockHandles acquireAll(Collection<LockRequest> requests) throws InterruptedException {
        return acquireAll(requests, DEFAULT_WAIT);
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        return attempt(request, LockRequest.IMMEDIATE);
    }

    private Optional<LockHandle> attempt(LockRequest request, Duration limit) throws InterruptedException {
        throwIfInterrupted();
        long startNanos = System.nanoTime();
        LockAttempt attempt = newAttempt(request, limit);
        Waiter waiter = begin(attempt);
        try {
            waiter.outcome().get(nanos(limit), TimeUnit.NANOSECONDS);
            return reportOutcome(waiter, startNanos);
        } catch (TimeoutException e) {
            locks.giveUp(waiter);
            return reportOutcome(waiter, startNanos);
        } catch (InterruptedException e) {
            withdraw(waiter);
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a waiter does not fail", e);
        } finally {
            notifyListeners(listener -> listener.waitEnded(attempt));
        }
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
        return acquireAsync(request, DEFAULT_WAIT);
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request, Duration waitAtMost) {
        long startNanos = System.nanoTime();
        Waiter waiter = begin(newAttempt(request, waitAtMost));
        Answer answer = new Answer(waiter);
        waiter.outcome().thenRunAsync(() -> answer.deliver(startNanos), locks.threads());
        if (waitAtMost.compareTo(LONGEST) < 0) {
            CompletableFuture.delayedExecutor(nanos(waitAtMost), TimeUnit.NANOSECONDS, locks.threads())
                    .execute(() -> locks.giveUp(waiter));
        }
        return answer;
    }

    /**
     * The future of one attempt. Its dependent actions may be slow, so the end of the wait is reported before they run.
     */
    private final class Answer extends CompletableFuture<LockHandle> {

        private final Waiter waiter;

        /** Set by the outcome, or by the caller that cancels the future, whichever comes first. */
        private final AtomicBoolean decided = new AtomicBoolean();

        private Answer(Waiter waiter) {
            this.waiter = waiter;
        }

        void deliver(long startNanos) {
            if (!decided.compareAndSet(false, true)) {
                return;
            }
            try {
                LockHandle handle = reportOutcome(waiter, startNanos).orElseThrow(() -> notAcquired(waiter.request()));
                reportEndOfWait();
                if (!super.complete(handle)) {
                    handle.close();
                }
            } catch (RuntimeException e) {
                reportEndOfWait();
                super.completeExceptionally(e);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return abandon() ? super.cancel(mayInterruptIfRunning) : isCancelled();
        }

        @Override
        public boolean complete(LockHandle value) {
            return abandon() && super.complete(value);
        }

        @Override
        public boolean completeExceptionally(Throwable failure) {
            return abandon() && super.completeExceptionally(failure);
        }

        private boolean abandon() {
            boolean first = decided.compareAndSet(false, true);
            if (first) {
                withdraw(waiter);
                reportEndOfWait();
            }
            return first;
        }

        private void reportEndOfWait() {
            notifyListeners(listener -> listener.waitEnded(waiter.attempt()));
        }
    }

    /** Begins the wait, and reports that on the caller's thread, before anything else. */
    private Waiter begin(LockAttempt attempt) {
        notifyListeners(listener -> listener.waitBegan(attempt));
        try {
            Waiter waiter = locks.join(this, attempt);
            if (!waiter.outcome().isDone()) {
                notifyListeners(listener -> listener.queued(attempt));
            }
            return waiter;
        } catch (RuntimeException e) {
            notifyListeners(listener -> listener.waitEnded(attempt));
            throw e;
        }
    }

    private Optional<LockHandle> reportOutcome(Waiter waiter, long startNanos) {
        requireOpen();
        Duration waited = Duration.ofNanos(System.nanoTime() - startNanos);
        InMemoryHandle handle = waiter.outcome().join();
        if (handle == null) {
            notifyListeners(listener -> {
                if (waiter.attempt().waitAtMost().isZero()) {
                    listener.contended(waiter.attempt(), waited);
                } else {
                    listener.timedOut(waiter.attempt(), waited);
                }
            });
        } else {
            handle.reportGrant(waited);
        }
        return Optional.ofNullable(handle);
    }

    /** Ends the wait, and the lock if it was granted. */
    private void withdraw(Waiter waiter) {
        locks.giveUp(waiter);
        InMemoryHandle granted = waiter.outcome().join();
        if (granted != null) {
            granted.close();
        }
    }

    @Override
    public long lockId(String key) {
        byte[] name = LockRequest.of(key).key().getBytes(StandardCharsets.UTF_8);
        long hash = FNV_OFFSET_BASIS;
        for (byte each : ByteBuffer.allocate(Integer.BYTES + name.length)
                .putInt(namespace)
                .put(name)
                .array()) {
            hash = (hash ^ (each & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    @Override
    public void ping() throws InterruptedException {
        throwIfInterrupted();
        requireOpen();
    }

    @Override
    public void close() {
        List<Runnable> ends;
        synchronized (locks) {
            closed = true;
            ends = locks.endAll(locker -> locker == this);
        }
        ends.forEach(Runnable::run);
    }

    void requireOpen() {
        synchronized (locks) {
            if (closed) {
                throw new IllegalStateException("the locker is closed");
            }
        }
    }

    void notifyListeners(Consumer<LockListener> event) {
        listeners.forEach(listener -> contained(() -> event.accept(listener)));
    }

    static void contained(Runnable action) {
        try {
            action.run();
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.WARNING, "a listener or an onLost action failed", e);
        }
    }

    static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : Long.MAX_VALUE;
    }

    private LockAttempt newAttempt(LockRequest request, Duration limit) {
        Objects.requireNonNull(request, "request");
        return new LockAttempt(request, limit, namespace, lockId(request.key()));
    }

    private static void throwIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private LockNotAcquiredException notAcquired(LockRequest request) {
        return new LockNotAcquiredException(
                "lock " + KeyText.of(request.key(), lockId(request.key())) + " is held by another caller", null);
    }
}
