// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.Fitness.Progress;
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
    private static final Duration SHORTEST_OWN_TIME = Duration.ofMillis(250);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    /** What the keeper waits for. */
    private enum Step {
        LOCK_PERMIT,
        SESSION_PERMIT,
        CONNECTION,
        SERVER
    }

    /** What is to run on a keeper, and where it stands in line for one. */
    private record Entry(Admission admission, Runnable work) {}

    private final PostgresLocker locker;
    private final LockAttempt told;
    private final LockRequest request;
    private final boolean waiting;
    private final Deadline deadline;
    private final Turn turn;
    private final GrantAttempt attempt;
    private final Duration timeout;

    /** For lack of a session, a permit or a connection the attempt fails no sooner than this. */
    private final Duration ownTime;

    private final AtomicBoolean queuedTold = new AtomicBoolean();
    private final AtomicBoolean decided = new AtomicBoolean();
    private final CompletableFuture<Optional<HeldLock>> outcome = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);

    /** Completes when the turn has come and what follows from it has begun; written once, by {@link #start}. */
    private CompletableFuture<Void> served;

    /** The timer's next look, if it watches; null if it does not. */
    private volatile Future<?> nextLook;

    /** Null before the turn has come. Guarded by this. */
    private Entry entry;

    /** The session of its own that asks, or null. */
    private volatile LockSession session;

    private volatile Step step = Step.LOCK_PERMIT;

    /** Why it had to ask for another session; null if it had not. */
    private volatile SQLException lastFailure;

    /** Until when to go on without a session that answers. Used by keepers only, after it was first set. */
    private Deadline sessionBy;

    /** Whether the server has answered since then. Used by keepers only. */
    private boolean answered;

    /** Whether the lock is to be waited for on a session of its own. Used by keepers only. */
    private boolean toWait;

    /** The keeper thread while it waits for a connection, which may be interrupted; else null. Guarded by this. */
    private Thread opening;

    Acquisition(PostgresLocker locker, LockAttempt told, Deadline deadline) {
        this.locker = locker;
        this.told = told;
        this.request = told.request();
        this.waiting = !told.waitAtMost().isZero();
        this.deadline = deadline;
        this.timeout = locker.config().connectionTimeout();
        this.ownTime = ownTime();
        this.turn = locker.queues().join(told.lockId(), request.mode(), waiting);
        this.attempt = new GrantAttempt(request, turn.lockId(), deadline, locker.config(), locker.keepers());
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
        enter(locker.admission(), this);
    }

    private void enter(Admission admission, Runnable work) {
        synchronized (this) {
            entry = new Entry(admission, work);
        }
        startOwnTime();
        try {
            admission.enter(work);
            if (decided.get() && admission.leave(work)) {
                // A caller that decided before this stood in line could not take it out again.
                turn.end();
                end();
            }
        } catch (RejectedExecutionException e) {
            fail(Messages.closed(what()));
            end();
        } catch (Throwable e) {
            fail(e);
            end();
        }
    }

    private void startOwnTime() {
        sessionBy = Deadline.after(ownTime);
        attempt.expectAnswerBy(sessionBy);
    }

    /** As long as the wait, at most the connection timeout; but time enough to open a connection. */
    private Duration ownTime() {
        Duration wanted = waiting ? told.waitAtMost() : timeout;
        Duration enough = wanted.compareTo(SHORTEST_OWN_TIME) < 0 ? SHORTEST_OWN_TIME : wanted;
        return enough.compareTo(timeout) < 0 ? enough : timeout;
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
                    return giveUp(locker.sessions().noConnection(what(), timeout));
                }
            }
            while (!completesWithin(outcome, attempt.answerBy())) {
                Step reached = step;
                if (attempt.answerBy().hasPassed()) {
                    return giveUp(overdue(reached));
                }
            }
            return outcomeNow();
        } catch (InterruptedException e) {
            endInterrupted(e);
            throw e;
        } catch (Error e) {
            if (!abandon()) {
                outcomeNow().ifPresent(HeldLock::startEnding);
            }
            throw e;
        }
    }

    /** As {@link #await}, but by the locker's timer, for a caller that does not wait. */
    void watch() {
        lookAfter(waiting ? deadline.remaining() : timeout, () -> {
            turn.stopWaiting();
            lookAfter(waiting ? timeout : Duration.ZERO, () -> {
                if (!served.isDone()) {
                    giveUp(locker.sessions().noConnection(what(), timeout), outcome);
                }
            });
        });
        served.thenRun(this::watchAnswer);
    }

    private void watchAnswer() {
        lookNoMore();
        lookAfter(attempt.answerBy().remaining(), () -> {
            Step reached = step;
            if (!attempt.answerBy().hasPassed()) {
                watchAnswer();
            } else if (!outcome.isDone()) {
                giveUp(overdue(reached), outcome);
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
    private RuntimeException overdue(Step reached) {
        return switch (reached) {
            case LOCK_PERMIT, SESSION_PERMIT ->
                locker.isFull()
                        ? Messages.tooManyLocks(what(), locker.config().maxLocks())
                        : locker.sessions().tooMany(what(), ownTime);
            case CONNECTION ->
                lastFailure == null ? locker.sessions().noConnection(what(), ownTime) : told(lastFailure);
            case SERVER -> Messages.noAnswer(what(), timeout);
        };
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

    /** So that the key is free for others when the caller goes on; but a server that hangs does not make it hang. */
    private void awaitCleanUp() throws InterruptedException {
        boolean toWaitFor;
        synchronized (this) {
            toWaitFor = entry != null;
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
            if (e.getCause() instanceof Error error) {
                throw error;
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
        boolean inLine;
        boolean running;
        synchronized (this) {
            if (entry == null) {
                turn.leave();
            }
            inLine = entry != null && entry.admission().leave(entry.work());
            running = entry != null && !inLine && opening == null;
            if (!running) {
                // Nothing was asked yet, so the next in the local queue need not wait until the pool gives up.
                turn.end();
            }
            if (opening != null) {
                opening.interrupt();
            }
        }
        if (running) {
            cancelUntilFinished();
        } else if (inLine) {
            end();
        }
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
                Future<?> canceling = CompletableFuture.completedFuture(null);
                try {
                    do {
                        LockSession asking = session;
                        if (asking != null && patience.hasPassed()) {
                            locker.endForGood(asking);
                            turn.end();
                            return;
                        } else if (asking != null && canceling.isDone()) {
                            // Takes a connection of its own, which may hang as well.
                            canceling = locker.keepers().run(() -> asking.cancel());
                        } else if (asking == null && patience.hasPassed()) {
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
        complete(this::acquire);
    }

    private interface Asking {
        Optional<HeldLock> ask() throws SQLException;
    }

    private void complete(Asking asking) {
        boolean goesOn = false;
        try {
            Optional<HeldLock> lock = asking.ask();
            if (lock.isEmpty() && toWait) {
                toWait = false;
                goesOn = true;
                step = Step.SESSION_PERMIT;
                enter(locker.admissionToWait(), () -> complete(() -> persistently(() -> askOnOwnSession(false))));
                return;
            }
            if (lock.isEmpty()) {
                turn.end();
            }
            if (!settle(() -> outcome.complete(lock))) {
                lock.ifPresent(HeldLock::endOnThisThread);
            }
        } catch (SQLException e) {
            fail(told(e));
        } catch (LockException | Error e) {
            fail(e);
        } catch (Throwable e) {
            fail(Messages.unavailable(what(), e));
        } finally {
            if (!goesOn) {
                end();
            }
        }
    }

    private LockException told(SQLException failure) {
        return SqlStates.isPoolExhausted(failure)
                ? Messages.noConnection(what(), ownTime, failure)
                : Messages.of(request, what(), failure);
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
        if (!whileOpening(Step.LOCK_PERMIT, () -> locker.permitLock(turn, what(), sessionBy))) {
            return Optional.empty();
        }
        return persistently(this::acquireOnce);
    }

    /**
     * A pool may give out a connection whose session has ended, one after the other after a restart of the server; and the
     * session may end while it waits. Then it asks, or stands in line again, on another.
     */
    private Optional<HeldLock> persistently(Asking asking) throws SQLException {
        Duration pause = Duration.ZERO;
        while (true) {
            try {
                return asking.ask();
            } catch (SQLException e) {
                if (waiting && answered && !deadline.hasPassed()) {
                    startOwnTime();
                    answered = false;
                    pause = Duration.ZERO;
                }
                lastFailure = e;
                if (decided.get() || sessionBy.hasPassed() || !SqlStates.isWorthRetrying(e)) {
                    throw e;
                }
            }
            if (!rest(pause)) {
                return Optional.empty();
            }
            Duration twice = pause.isZero() ? SHORTEST_PAUSE : pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    private boolean rest(Duration pause) throws SQLException {
        return whileOpening(Step.CONNECTION, () -> TimeUnit.NANOSECONDS.sleep(pause.toNanos()));
    }

    private Optional<HeldLock> acquireOnce() throws SQLException {
        if (request.lease() == Lease.ENFORCED) {
            return askOnOwnSession(true);
        }
        LockSession[] shared = new LockSession[1];
        if (!whileOpening(
                Step.SESSION_PERMIT,
                () -> shared[0] = locker.allocation()
                        .share(turn.lockId(), sessionBy, this::permitted, new Waiting())
                        .orElse(null))) {
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
        turn.asked();
        toWait = true;
        return Optional.empty();
    }

    private Optional<HeldLock> askOnSharedSession(LockSession shared) throws SQLException {
        asking();
        Optional<Grant> grant;
        try {
            grant = attempt.tryOn(shared, false);
            answered = true;
            grant.ifPresent(granted -> locker.requireOneCluster(granted.session(), what()));
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
        return hold(grant, false);
    }

    private boolean isFreed(LockSession shared) {
        try {
            shared.unlock(turn.lockId(), request.mode(), false);
            return true;
        } catch (Throwable e) {
            return false;
        }
    }

    private Optional<HeldLock> askOnOwnSession(boolean tryFirst) throws SQLException {
        LockSession[] opened = new LockSession[1];
        boolean wanted = whileOpening(
                Step.SESSION_PERMIT,
                () -> opened[0] = locker.sessions().open(what(), sessionBy, ownTime, this::permitted));
        if (!wanted) {
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
            // Of a pooler that ends sessions: PgBouncer says so for all that goes wrong on its way.
            boolean dropped = SqlStates.isDriversProtocolError(e) && own.isClosed();
            if (SqlStates.isRefused(e) && !own.isReady() && own.wipe()) {
                own.unpin();
            } else {
                locker.endForGood(own);
            }
            throw dropped ? SqlStates.sessionLost(e) : e;
        } catch (Throwable e) {
            locker.endForGood(own);
            throw e;
        }
        // From here on nothing is canceled on the session, which may get other locks besides.
        session = null;
        if (grant.isEmpty()) {
            own.unpin();
        }
        return hold(grant, true);
    }

    private boolean adopted(Grant grant) {
        return request.lease() != Lease.ENFORCED && locker.allocation().adopt(grant.session(), grant.lockId());
    }

    private Optional<Grant> askOn(LockSession own, boolean tryFirst) throws SQLException {
        own.pin();
        locker.fitness().require(own, new Waiting());
        Optional<Grant> grant = Optional.empty();
        if (tryFirst) {
            grant = attempt.tryOn(own, true);
            answered = true;
        }
        if (grant.isEmpty() && waiting) {
            tellQueued();
            turn.asked();
            grant = attempt.waitOn(own, decided::get);
            answered = true;
        }
        if (grant.isPresent()) {
            locker.sessions().requireAlone(own);
            locker.fitness().requireServer(own, new Waiting());
            locker.requireOneCluster(own, what());
        }
        return grant;
    }

    /** A statement is about to be sent. */
    private void asking() {
        // In this order: a reader that finds the former limit passed still sees the step that it was for.
        attempt.expectAnswerAfter(Duration.ZERO);
        step = Step.SERVER;
    }

    private final class Waiting implements Progress {

        @Override
        public void goesOn() {
            asking();
        }

        @Override
        public boolean isOver() {
            return decided.get();
        }
    }

    /** The limit of sessions has let this one through; now it waits for a connection. */
    private void permitted() {
        step = Step.CONNECTION;
    }

    private interface Opening {
        void open() throws SQLException, InterruptedException;
    }

    /** Waits for something that may be interrupted, since nothing is asked by it. False if nobody wants the lock any more. */
    private boolean whileOpening(Step first, Opening work) throws SQLException {
        synchronized (this) {
            if (decided.get()) {
                return false;
            }
            opening = Thread.currentThread();
        }
        try {
            step = first;
            attempt.expectAnswerBy(sessionBy);
            work.open();
            return !decided.get();
        } catch (InterruptedException e) {
            return false;
        } finally {
            synchronized (this) {
                opening = null;
                Thread.interrupted();
            }
        }
    }

    /** From here on the held lock disposes of session and turn. */
    private Optional<HeldLock> hold(Optional<Grant> granted, boolean own) {
        if (granted.isEmpty()) {
            return Optional.empty();
        }
        Grant grant = granted.get();
        boolean held = false;
        try {
            HeldLock lock = new HeldLock(locker, told, grant, turn, own && (decided.get() || !adopted(grant)));
            turn.granted();
            locker.remember(lock);
            held = true;
            return Optional.of(lock);
        } finally {
            if (!held) {
                locker.discard(grant.session(), null);
            }
        }
    }

    private String what() {
        return Messages.lock(told);
    }
}
