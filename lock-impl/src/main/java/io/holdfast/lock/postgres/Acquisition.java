// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.HeldLock.Grant;
import io.holdfast.lock.postgres.LocalQueues.Turn;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One attempt to get one lock: {@link #run} asks the server on a keeper thread, while {@link #await} waits for it on the
 * caller's. The two may part: the caller is interrupted, runs out of time, or the locker closes, at the very moment of the
 * grant. {@code decided} settles it: whoever sets it tells the caller the outcome. If that is not the keeper, the keeper
 * undoes what it gets. In every case the keeper alone disposes of the session and the local turn, or passes them on to the
 * handle.
 */
final class Acquisition implements Runnable {

    private static final long CANCEL_INTERVAL_MILLIS = 50;
    private static final long CLEAN_UP_MILLIS = 1_000;

    private final PostgresLocker locker;
    private final LockRequest request;
    private final Turn turn;
    private final GrantAttempt attempt;
    private final AtomicBoolean decided = new AtomicBoolean();
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<Optional<HeldLock>> outcome = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);

    /** The session that asks, or null before there is one. */
    private volatile LockSession session;

    /** The keeper thread while it waits for a connection, which may be interrupted; else null. Guarded by this. */
    private Thread opening;

    Acquisition(PostgresLocker locker, LockRequest request, boolean waiting, Deadline deadline, Turn turn) {
        this.locker = locker;
        this.request = request;
        this.turn = turn;
        this.attempt = new GrantAttempt(request, turn.lockId(), waiting, deadline, locker.config());
    }

    // ---- the caller's side

    /** The handle, or empty if somebody else held the lock for the whole wait. */
    Optional<HeldLock> await() throws InterruptedException {
        Duration timeout = locker.config().connectionTimeout();
        try {
            if (!completesWithin(connected, Deadline.after(timeout))) {
                return give(Messages.noConnection(what(), timeout, null));
            }
            Deadline answerBy;
            do {
                answerBy = attempt.answerBy();
                if (completesWithin(outcome, answerBy)) {
                    return outcomeNow();
                }
            } while (!answerBy.equals(attempt.answerBy()));
            return give(
                    isOpening() ? Messages.noConnection(what(), timeout, null) : Messages.noAnswer(what(), timeout));
        } catch (InterruptedException e) {
            endInterrupted(e);
            throw e;
        }
    }

    /** Whatever came of it at the last moment, the caller is told of the interrupt. */
    private void endInterrupted(InterruptedException interrupt) throws InterruptedException {
        if (abandon()) {
            awaitCleanUp();
            return;
        }
        try {
            outcomeNow().ifPresent(HeldLock::close);
        } catch (RuntimeException e) {
            interrupt.addSuppressed(e);
        }
    }

    private synchronized boolean isOpening() {
        return opening != null;
    }

    /** So that the key is free for others when the caller goes on; but a server that hangs does not make it hang. */
    private void awaitCleanUp() throws InterruptedException {
        finished.await(CLEAN_UP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Gives up with this failure, unless the keeper has come to an outcome in the meantime. */
    private Optional<HeldLock> give(LockException up) {
        if (abandon()) {
            throw up;
        }
        return outcomeNow();
    }

    private boolean completesWithin(CompletableFuture<?> future, Deadline limit) throws InterruptedException {
        try {
            future.get(limit.remainingNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** To be called once the outcome is decided: at most the keeper's next instruction is waited for. */
    private Optional<HeldLock> outcomeNow() {
        try {
            return outcome.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LockException failure) {
                // The caller wants to see who called; what happened on the keeper thread is in the failure's cause.
                failure.fillInStackTrace();
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Takes the decision away from the keeper and makes it stop; false if it has decided already. */
    private boolean abandon() {
        if (!decided.compareAndSet(false, true)) {
            return false;
        }
        stopKeeper();
        return true;
    }

    /** The locker closes: the caller is told so. */
    void refuse() {
        if (decided.compareAndSet(false, true)) {
            IllegalStateException closed = Messages.closed(what());
            outcome.completeExceptionally(closed);
            connected.completeExceptionally(closed);
            stopKeeper();
        }
    }

    private void stopKeeper() {
        synchronized (this) {
            if (opening != null) {
                // Nothing was asked yet, so the next in the local queue need not wait until the pool gives up.
                opening.interrupt();
                turn.end();
                return;
            }
        }
        cancelUntilFinished();
    }

    /**
     * A cancel that comes before the statement has been sent is lost, so it is repeated. A session that does not even answer
     * to that is ended.
     */
    private void cancelUntilFinished() {
        Deadline patience = Deadline.after(locker.config().connectionTimeout());
        try {
            locker.keepers().execute(() -> {
                try {
                    do {
                        LockSession asking = session;
                        if (asking != null && patience.hasPassed()) {
                            asking.end();
                        } else if (asking != null) {
                            asking.cancel();
                        }
                    } while (!finished.await(CANCEL_INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // The locker is closed, and its closing cancels; or there is no thread, and the end of the wait has to do.
            Messages.LOG.log(System.Logger.Level.DEBUG, "nobody to cancel", e);
        }
    }

    // ---- the keeper's side

    @Override
    public void run() {
        try {
            Optional<HeldLock> lock = acquire();
            if (lock.isEmpty()) {
                turn.end();
            }
            if (decided.compareAndSet(false, true)) {
                outcome.complete(lock);
            } else {
                lock.ifPresent(HeldLock::endOnThisThread);
            }
        } catch (SQLException e) {
            fail(Messages.of(request, e));
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            locker.forget(this);
            finished.countDown();
        }
    }

    private void fail(Throwable failure) {
        turn.end();
        if (decided.compareAndSet(false, true)) {
            outcome.completeExceptionally(failure);
        }
        connected.completeExceptionally(failure);
    }

    private Optional<HeldLock> acquire() throws SQLException {
        try {
            return acquireOnFreshSession();
        } catch (SQLException e) {
            if (decided.get() || !SqlStates.isSessionLost(e) || session == null) {
                throw e;
            }
            // The pool handed out a connection whose session had ended. It is ended on our side, too: ask for another.
            return acquireOnFreshSession();
        }
    }

    private Optional<HeldLock> acquireOnFreshSession() throws SQLException {
        Optional<LockSession> opened = open();
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        LockSession fresh = opened.get();
        session = fresh;
        turn.asked();
        connected.complete(null);
        boolean clean = false;
        try {
            fresh.pin();
            Optional<Grant> grant = attempt.ask(fresh, decided::get);
            clean = grant.isEmpty();
            return grant.flatMap(this::hold);
        } catch (Throwable e) {
            if (request.lease() == Lease.ENFORCED) {
                // The session may have the ttl set, which a later user of the connection would suffer from.
                fresh.end();
            } else {
                clean = fresh.wipeOrEnd();
            }
            throw e;
        } finally {
            if (clean) {
                locker.sessions().giveBack(fresh);
            }
        }
    }

    /** Empty if nobody wants the lock any more. */
    private Optional<LockSession> open() throws SQLException {
        synchronized (this) {
            if (decided.get()) {
                return Optional.empty();
            }
            opening = Thread.currentThread();
        }
        try {
            attempt.expectAnswerAfter(locker.config().connectionTimeout());
            return Optional.of(locker.sessions().allocate());
        } catch (SQLException e) {
            if (SqlStates.isPoolExhausted(e)) {
                throw Messages.noConnection(what(), locker.config().connectionTimeout(), e);
            }
            throw e;
        } finally {
            synchronized (this) {
                opening = null;
                Thread.interrupted();
            }
        }
    }

    private Optional<HeldLock> hold(Grant grant) {
        HeldLock lock = new HeldLock(locker, request, grant, turn);
        locker.remember(lock);
        return Optional.of(lock);
    }

    private String what() {
        return "lock '" + request.key() + "'";
    }
}
