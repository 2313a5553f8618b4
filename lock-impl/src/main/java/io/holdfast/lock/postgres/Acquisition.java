// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.HeldLock.Grant;
import io.holdfast.lock.postgres.LocalQueues.Turn;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One attempt to get one lock: it waits for its turn in the local queue, and then {@link #run} asks the server on a keeper
 * thread. Meanwhile a caller waits for it with {@link #await}, or the locker's timer does with {@link #watch}. The two
 * sides may part: the caller is interrupted, runs out of time, cancels, or the locker closes, at the very moment of the grant.
 * {@code decided} settles it: whoever sets it tells the outcome. If that is not the keeper, the keeper undoes what it gets. In
 * every case the keeper, once it has begun, alone disposes of the session and the local turn, or passes them on to the handle.
 */
final class Acquisition implements Runnable {

    private static final long CANCEL_INTERVAL_MILLIS = 50;
    private static final long CLEAN_UP_MILLIS = 1_000;

    private final PostgresLocker locker;
    private final LockAttempt told;
    private final LockRequest request;
    private final boolean waiting;
    private final Deadline deadline;
    private final Turn turn;
    private final GrantAttempt attempt;
    private final Duration timeout;
    private final AtomicBoolean queuedTold = new AtomicBoolean();
    private final AtomicBoolean decided = new AtomicBoolean();
    private final CompletableFuture<Optional<HeldLock>> outcome = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);

    /** Completes when the turn has come and what follows from it has begun; written once, by {@link #start}. */
    private CompletableFuture<Void> served;

    /** The timer's next look, if it watches; null if it does not. */
    private volatile Future<?> nextLook;

    /** Whether a keeper runs, or is about to. Guarded by this. */
    private boolean begun;

    /** The session of its own that asks, or null. */
    private volatile LockSession session;

    /** Whether the server was asked; written by the keeper. */
    private volatile boolean asked;

    /** The keeper thread while it waits for a connection, which may be interrupted; else null. Guarded by this. */
    private Thread opening;

    Acquisition(PostgresLocker locker, LockAttempt told, Deadline deadline) {
        this.locker = locker;
        this.told = told;
        this.request = told.request();
        this.waiting = !told.waitAtMost().isZero();
        this.deadline = deadline;
        this.timeout = locker.config().connectionTimeout();
        this.turn = locker.queues().join(told.lockId(), request.mode(), waiting);
        this.attempt = new GrantAttempt(request, turn.lockId(), deadline, locker.config());
    }

    /** Asks the server as soon as the turn comes. */
    void start() {
        if (waiting && !turn.come().isDone()) {
            tellQueued();
        }
        served = turn.come().thenAccept(come -> {
            if (come) {
                begin();
            } else {
                settle(() -> outcome.complete(Optional.empty()));
                locker.forget(this);
            }
        });
    }

    private void begin() {
        synchronized (this) {
            begun = true;
        }
        attempt.expectAnswerAfter(Duration.ZERO);
        try {
            locker.keepers().execute(this);
        } catch (RejectedExecutionException e) {
            fail(Messages.closed(what()));
            end();
        } catch (Throwable e) {
            fail(e);
            end();
        }
    }

    private void tellQueued() {
        if (queuedTold.compareAndSet(false, true)) {
            locker.listeners().queued(told);
        }
    }

    /** The handle, or empty if somebody else held the lock for the whole wait; or why not. */
    CompletableFuture<Optional<HeldLock>> outcome() {
        return outcome;
    }

    private boolean settle(Runnable tell) {
        boolean first = decided.compareAndSet(false, true);
        if (first) {
            tell.run();
            lookNoMore();
        }
        return first;
    }

    // ---- the caller's side

    /** Waits for the outcome, and sees to it that there is one in time. */
    Optional<HeldLock> await() throws InterruptedException {
        try {
            if (!completesWithin(served, waiting ? deadline : Deadline.after(timeout))) {
                turn.stopWaiting();
                if (!waiting || !completesWithin(served, Deadline.after(timeout))) {
                    return giveUp(Messages.noConnection(what(), timeout, null));
                }
            }
            while (!completesWithin(outcome, attempt.answerBy())) {
                if (attempt.answerBy().hasPassed()) {
                    return giveUp(overdue());
                }
            }
            return outcomeNow();
        } catch (InterruptedException e) {
            endInterrupted(e);
            throw e;
        }
    }

    /** As {@link #await}, but by the locker's timer, for a caller that does not wait. */
    void watch() {
        lookAfter(waiting ? deadline.remaining() : timeout, () -> {
            turn.stopWaiting();
            lookAfter(waiting ? timeout : Duration.ZERO, () -> {
                if (!served.isDone()) {
                    giveUp(Messages.noConnection(what(), timeout, null), outcome);
                }
            });
        });
        served.thenRun(this::watchAnswer);
    }

    private void watchAnswer() {
        lookNoMore();
        lookAfter(attempt.answerBy().remaining(), () -> {
            if (!attempt.answerBy().hasPassed()) {
                watchAnswer();
            } else if (!outcome.isDone()) {
                giveUp(overdue(), outcome);
            }
        });
    }

    private void lookAfter(Duration delay, Runnable look) {
        if (!decided.get() && delay.compareTo(LockRequest.UNLIMITED) < 0) {
            nextLook = locker.keepers().schedule(look, delay);
            // Whoever decided before this look was noted has not cancelled it.
            if (decided.get()) {
                lookNoMore();
            }
        }
    }

    private void lookNoMore() {
        Future<?> look = nextLook;
        if (look != null) {
            look.cancel(false);
        }
    }

    /** The keeper has not come to an outcome in time. */
    private RuntimeException overdue() {
        return isOpening() || !asked
                ? Messages.noConnection(what(), timeout, null)
                : Messages.noAnswer(what(), timeout);
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
        boolean toWaitFor;
        synchronized (this) {
            toWaitFor = begun;
        }
        if (toWaitFor) {
            finished.await(CLEAN_UP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Gives up with this failure, unless the keeper has come to an outcome in the meantime. */
    private Optional<HeldLock> giveUp(RuntimeException failure) {
        if (abandon()) {
            throw failure;
        }
        return outcomeNow();
    }

    private void giveUp(RuntimeException failure, CompletableFuture<?> told) {
        if (abandon()) {
            told.completeExceptionally(failure);
        }
    }

    private static boolean completesWithin(CompletableFuture<?> future, Deadline limit) throws InterruptedException {
        try {
            future.get(limit.remainingNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** To be called once the outcome is decided: at most the next instruction of another thread is waited for. */
    private Optional<HeldLock> outcomeNow() {
        try {
            return outcome.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                // The caller wants to see who called; what happened on the keeper thread is in the failure's cause.
                failure.fillInStackTrace();
                throw failure;
            }
            throw e;
        }
    }

    /** Takes the decision away from the keeper and makes it stop; false if there is an outcome already. */
    boolean abandon() {
        return settle(this::stop);
    }

    /** The locker closes: the caller is told so. */
    void refuse() {
        settle(() -> {
            outcome.completeExceptionally(Messages.closed(what()));
            stop();
        });
    }

    private void stop() {
        synchronized (this) {
            if (!begun) {
                turn.leave();
            }
            if (!begun || opening != null) {
                // Nothing was asked yet, so the next in the local queue need not wait until the pool gives up.
                turn.end();
                if (opening != null) {
                    opening.interrupt();
                }
                return;
            }
        }
        cancelUntilFinished();
    }

    /**
     * A cancel that comes before the statement has been sent is lost, so it is repeated. A session that does not even answer
     * to that is ended. Statements on a shared session may be those of other locks; there nothing is canceled, and what does
     * not answer in time is left to the end of the session's lifetime.
     */
    private void cancelUntilFinished() {
        Deadline patience = Deadline.after(timeout);
        try {
            locker.keepers().execute(() -> {
                try {
                    do {
                        LockSession asking = session;
                        if (asking != null && patience.hasPassed()) {
                            locker.endForGood(asking);
                            turn.end();
                            return;
                        } else if (asking != null) {
                            asking.cancel();
                        } else if (patience.hasPassed()) {
                            // Whether somebody holds the lock is for the server to say, also to the next in line.
                            turn.end();
                            return;
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
            if (!settle(() -> outcome.complete(lock))) {
                lock.ifPresent(HeldLock::endOnThisThread);
            }
        } catch (SQLException e) {
            fail(Messages.of(request, e));
        } catch (Throwable e) {
            fail(e);
        } finally {
            end();
        }
    }

    private void fail(Throwable failure) {
        turn.end();
        settle(() -> outcome.completeExceptionally(failure));
    }

    private void end() {
        locker.forget(this);
        finished.countDown();
    }

    private Optional<HeldLock> acquire() throws SQLException {
        if (!whileOpening(() -> locker.permitLock(turn, what()))) {
            return Optional.empty();
        }
        try {
            return acquireOnce();
        } catch (SQLException e) {
            if (decided.get() || !SqlStates.isSessionLost(e) || !asked) {
                throw e;
            }
            // The session had ended when the pool handed it out, or it ended while it waited. It was ended on this
            // side,
            // too: ask, or stand in line anew, on another one.
            return acquireOnce();
        }
    }

    private Optional<HeldLock> acquireOnce() throws SQLException {
        if (request.lease() == Lease.ENFORCED) {
            return askOnOwnSession(true);
        }
        LockSession[] shared = new LockSession[1];
        if (!whileOpening(() -> shared[0] =
                locker.allocation().share(turn.lockId(), this::permitted).orElse(null))) {
            if (shared[0] != null) {
                locker.allocation().giveBack(shared[0], turn.lockId());
            }
            return Optional.empty();
        }
        if (shared[0] == null) {
            return askOnOwnSession(true);
        }
        Optional<HeldLock> lock = askOnSharedSession(shared[0]);
        if (lock.isPresent() || !waiting) {
            return lock;
        }
        tellQueued();
        return askOnOwnSession(false);
    }

    private Optional<HeldLock> askOnSharedSession(LockSession shared) throws SQLException {
        asking();
        Optional<Grant> grant;
        try {
            grant = attempt.tryOn(shared, false);
        } catch (Throwable e) {
            // The lock may be held all the same. If nobody can tell, the other locks of that session go with it.
            if (e instanceof SQLException refusal && SqlStates.isRefused(refusal) && isFreed(shared)) {
                locker.allocation().giveBack(shared, turn.lockId());
            } else {
                locker.discard(shared, e);
            }
            throw e;
        }
        if (grant.isEmpty()) {
            locker.allocation().giveBack(shared, turn.lockId());
        }
        return grant.map(granted -> hold(granted, false));
    }

    private boolean isFreed(LockSession shared) {
        try {
            shared.unlock(turn.lockId(), request.mode(), false);
            return true;
        } catch (SQLException | RuntimeException e) {
            return false;
        }
    }

    private Optional<HeldLock> askOnOwnSession(boolean tryFirst) throws SQLException {
        LockSession[] opened = new LockSession[1];
        if (!whileOpening(() -> opened[0] = locker.sessions().open(what(), this::permitted))) {
            if (opened[0] != null) {
                opened[0].unpin();
            }
            return Optional.empty();
        }
        LockSession own = opened[0];
        session = own;
        asking();
        Optional<Grant> grant;
        try {
            grant = askOn(own, tryFirst);
        } catch (SQLException e) {
            if (SqlStates.isRefused(e) && !own.isReady() && own.wipe()) {
                own.unpin();
            } else {
                locker.endForGood(own);
            }
            throw e;
        } catch (Throwable e) {
            locker.endForGood(own);
            throw e;
        }
        // From here on nothing is canceled on the session, which may get other locks besides.
        session = null;
        if (grant.isEmpty()) {
            own.unpin();
        }
        return grant.map(granted -> hold(granted, decided.get() || !adopted(granted)));
    }

    private boolean adopted(Grant grant) {
        return request.lease() != Lease.ENFORCED && locker.allocation().adopt(grant.session(), grant.lockId());
    }

    private Optional<Grant> askOn(LockSession own, boolean tryFirst) throws SQLException {
        own.pin();
        locker.fitness().require(own);
        Optional<Grant> grant = tryFirst ? attempt.tryOn(own, true) : Optional.empty();
        if (grant.isEmpty() && waiting) {
            tellQueued();
            grant = attempt.waitOn(own, decided::get);
        }
        if (grant.isPresent()) {
            locker.sessions().requireAlone(own);
        }
        return grant;
    }

    private void asking() {
        asked = true;
        turn.asked();
    }

    /** The limit of sessions has let this one through; now it waits for a connection. */
    private void permitted() {
        attempt.expectAnswerAfter(Duration.ZERO);
    }

    private interface Opening {
        void open() throws SQLException, InterruptedException;
    }

    /** Waits for something that may be interrupted, since nothing is asked by it. False if nobody wants the lock any more. */
    private boolean whileOpening(Opening work) throws SQLException {
        synchronized (this) {
            if (decided.get()) {
                return false;
            }
            opening = Thread.currentThread();
        }
        try {
            attempt.expectAnswerAfter(timeout);
            work.open();
            return !decided.get();
        } catch (InterruptedException e) {
            return false;
        } catch (SQLException e) {
            if (SqlStates.isPoolExhausted(e)) {
                throw Messages.noConnection(what(), timeout, e);
            }
            throw e;
        } finally {
            synchronized (this) {
                opening = null;
                Thread.interrupted();
            }
        }
    }

    private HeldLock hold(Grant grant, boolean own) {
        HeldLock lock = new HeldLock(locker, told, grant, turn, own);
        turn.granted();
        locker.remember(lock);
        return lock;
    }

    private String what() {
        return "lock '" + request.key() + "'";
    }
}
