// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.thread.Admission;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Elapsed;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.StackReserve;
import io.holdfast.lock.postgres.thread.WorkQueue;
import io.holdfast.lock.spi.LockAttempt;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Starts the acquisitions of a locker, and cancels those that still run when the locker closes. */
public final class Acquisitions {

    /** The lowest limit of threads that ask on shared sessions, where no statement waits for a lock. */
    private static final int ASKING_ON_SHARED_SESSIONS = 32;

    private final GrantWork.Resources resources;
    private final Attempts attempts;
    private final Keepers keepers;
    private final WorkQueue reports;
    private final LocalQueues queues = new LocalQueues();
    private final Admission admission;
    private final Admission admissionToWait;
    private final Set<Acquisition> running = ConcurrentHashMap.newKeySet();

    public Acquisitions(GrantWork.Resources resources, Attempts attempts, Keepers keepers) {
        this.resources = resources;
        this.attempts = attempts;
        this.keepers = keepers;
        this.reports = new WorkQueue(keepers);
        LockerConfig config = resources.config();
        int onDedicated = Math.min(resources.sessions().limit(), config.maxLocks());
        int onAny = config.sessions() == SessionMode.SHARED
                ? Math.max(onDedicated, ASKING_ON_SHARED_SESSIONS)
                : onDedicated;
        this.admission = new Admission(keepers, onAny);
        this.admissionToWait = new Admission(keepers, onDedicated);
    }

    /**
     * Acquires a lock, and blocks until there is an outcome.
     *
     * @param startNanos when the wait began
     * @return the handle; empty if somebody else held the lock for the whole wait
     */
    public Optional<LockHandle> acquire(LockAttempt attempt, long startNanos) throws InterruptedException {
        boolean onThisThread = StackReserve.require();
        if (Thread.interrupted()) {
            // Otherwise an answer that arrives at once would take precedence over the interrupt.
            throw new InterruptedException();
        }
        Listeners listeners = resources.listeners();
        listeners.waitBegan(attempt);
        Optional<HeldLock> lock = Optional.empty();
        boolean returned = false;
        try {
            lock = await(attempt, startNanos, onThisThread);
            if (lock.isEmpty()) {
                listeners.notGranted(attempt, Elapsed.since(startNanos));
            }
            lock.ifPresent(HeldLock::acquiredByThisThread);
            Optional<LockHandle> handle = lock.map(held -> held.announce(Elapsed.since(startNanos)));
            returned = true;
            return handle;
        } catch (LockException e) {
            listeners.failed(attempt, e);
            throw e;
        } finally {
            if (!returned) {
                lock.ifPresent(HeldLock::startEnding);
            }
            listeners.waitEnded(attempt);
        }
    }

    /** Returns the lock; empty if somebody else held it for the whole wait. */
    private Optional<HeldLock> await(LockAttempt attempt, long startNanos, boolean onThisThread)
            throws InterruptedException {
        requirePossible(attempt);
        if (attempt.waitAtMost().isZero() && queues.isHeld(attempt.lockId())) {
            return Optional.empty();
        }
        Turn turn = join(attempt);
        if (turn.isRefused()) {
            return Optional.empty();
        }
        Deadline deadline = Deadline.from(startNanos, attempt.waitAtMost());
        if (onThisThread && turn.mayAskNow()) {
            DirectAttempt direct = new DirectAttempt(attempt, deadline, turn, resources, keepers);
            Optional<HeldLock> lock = direct.run();
            if (lock.isPresent() && attempts.isClosed()) {
                lock.get().startEnding();
                throw Messages.closed(Shown.lock(attempt));
            }
            if (lock.isPresent() || direct.isOver()) {
                return lock;
            }
        }
        return new BlockingWait(
                        start(attempt, deadline, turn), resources.config().connectionTimeout())
                .await();
    }

    /**
     * Acquires a lock without blocking.
     *
     * @param startNanos when the wait began
     */
    public CompletableFuture<LockHandle> acquireAsync(LockAttempt attempt, long startNanos) {
        resources.listeners().waitBegan(attempt);
        try {
            return new AsyncWait(
                            start(attempt, startNanos),
                            startNanos,
                            resources.heldLocks(),
                            resources.listeners(),
                            keepers,
                            reports,
                            resources.config().connectionTimeout())
                    .start();
        } catch (RuntimeException e) {
            resources.listeners().waitEnded(attempt);
            throw e;
        }
    }

    private Acquisition start(LockAttempt attempt, long startNanos) {
        requirePossible(attempt);
        return start(attempt, Deadline.from(startNanos, attempt.waitAtMost()), join(attempt));
    }

    private void requirePossible(LockAttempt attempt) {
        if (attempt.request().isTransactional()) {
            throw Messages.noTransactions(Shown.lock(attempt));
        }
        if (attempts.isClosed()) {
            throw Messages.closed(Shown.lock(attempt));
        }
    }

    private Turn join(LockAttempt attempt) {
        return queues.join(
                attempt.lockId(), attempt.request(), !attempt.waitAtMost().isZero());
    }

    private Acquisition start(LockAttempt attempt, Deadline deadline, Turn turn) {
        Acquisition acquisition = new Acquisition(
                attempt, deadline, turn, resources, keepers, admission, admissionToWait, running::remove);
        try {
            // This comes before the check. Closing comes the other way: it closes the attempts first, and then cancels
            // the acquisitions that it finds, so one of the two sees the other.
            running.add(acquisition);
            if (attempts.isClosed()) {
                cancelByClose(acquisition);
            }
            acquisition.start();
            return acquisition;
        } catch (Error e) {
            acquisition.abandon();
            running.remove(acquisition);
            throw e;
        }
    }

    /** Cancels the acquisitions that run. To be called after {@link Attempts#close}. */
    public void close() {
        running.forEach(Acquisitions::cancelByClose);
    }

    private static void cancelByClose(Acquisition acquisition) {
        acquisition.giveUp(Messages.closed(Shown.lock(acquisition.attempt())));
    }
}
