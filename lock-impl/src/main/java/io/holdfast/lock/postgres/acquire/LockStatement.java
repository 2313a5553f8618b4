// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.hold.Grant;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.AcquireStatement.Acquired;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The statement that asks the server for one lock. It tries, or waits in the server's queue until the deadline. */
final class LockStatement {

    private final LockRequest request;
    private final long lockId;
    private final Deadline deadline;
    private final LockerConfig config;
    private final Keepers keepers;

    /** The moment at which the current step is overdue; later with every step. Used if a caller waits for a keeper. */
    private volatile Deadline answerBy = Deadline.NEVER;

    LockStatement(LockRequest request, long lockId, Deadline deadline, LockerConfig config, Keepers keepers) {
        this.request = request;
        this.lockId = lockId;
        this.deadline = deadline;
        this.config = config;
        this.keepers = keepers;
    }

    /** Returns the moment at which the current step is overdue, unless another step begins before that. */
    Deadline answerBy() {
        return answerBy;
    }

    /** To be called before a statement is sent that the server may take this long for. */
    void expectAnswerAfter(Duration work) {
        answerBy = Deadline.after(work.plus(config.answerTimeout()));
    }

    /** To be called before a step that ends by this deadline, and in which the server is not asked. */
    void expectAnswerBy(Deadline deadline) {
        answerBy = deadline;
    }

    /** Asks without waiting. After an exception the session may nevertheless hold the lock. */
    Optional<Grant> tryOn(LockSession session, boolean dedicated) throws SQLException {
        long sentNanos = System.nanoTime();
        return granted(session, dedicated, send(session, dedicated, null), sentNanos);
    }

    /**
     * Waits until the server grants the lock, the deadline passes, or nobody wants the lock any more. A waiting
     * statement holds a snapshot, which holds back VACUUM. So a long wait is cut into slices, and each slice joins the
     * end of the server's queue. After an exception the session may nevertheless hold the lock.
     */
    Optional<Grant> waitOn(LockSession session, BooleanSupplier unwanted) throws SQLException {
        while (!deadline.hasPassed() && !unwanted.getAsBoolean()) {
            Duration left = deadline.remaining();
            Duration slice = left.compareTo(config.waitSlice()) < 0 ? left : config.waitSlice();
            expectAnswerAfter(slice);
            long sentNanos = System.nanoTime();
            Acquired answer;
            // The server may end the wait too late, for example after its clock was set forward.
            LateEnd lateEnd = new LateEnd(session);
            Future<?> cancel = keepers.schedule(
                    () -> keepers.submit(lateEnd),
                    slice.plus(config.answerTimeout().dividedBy(2)));
            try {
                answer = send(session, true, slice);
            } catch (SQLException e) {
                if (!SqlStates.isWaitEnded(e)) {
                    throw e;
                }
                // The grant may have won the race against the end of the wait, so the session may hold the lock.
                if (!session.locks().unlockAll()) {
                    throw SqlStates.sessionLost(e);
                }
                continue;
            } finally {
                cancel.cancel(false);
                lateEnd.end();
            }
            return granted(session, true, answer, sentNanos);
        }
        return Optional.empty();
    }

    /** Cancels the statement of one slice, and no later statement of the session. */
    private static final class LateEnd implements Callable<Void> {

        private final LockSession session;

        /** Held while a cancel is being sent, which may block. */
        private final ReentrantLock canceling = new ReentrantLock();

        /** Guarded by the lock above. */
        private boolean over;

        LateEnd(LockSession session) {
            this.session = session;
        }

        @Override
        public Void call() {
            canceling.lock();
            try {
                if (!over) {
                    session.cancel();
                }
                return null;
            } finally {
                canceling.unlock();
            }
        }

        void end() {
            canceling.lock();
            try {
                over = true;
            } finally {
                canceling.unlock();
            }
        }
    }

    private Acquired send(LockSession session, boolean dedicated, @Nullable Duration slice) throws SQLException {
        AcquireStatement statement = new AcquireStatement(
                request.mode(), lockId, slice, session.locks().settingsFor(request, config), request.fenced());
        return dedicated ? session.locks().acquire(statement) : session.locks().acquireAmongOthers(statement);
    }

    private Optional<Grant> granted(LockSession session, boolean dedicated, Acquired answer, long sentNanos)
            throws SQLException {
        if (answer.granted() == null) {
            throw CommonMessages.standby(shownLock());
        }
        if (!answer.granted()) {
            return Optional.empty();
        }
        if (request.fenced() && answer.token() == null) {
            throw SqlStates.tokenNotConfirmed();
        }
        long answeredNanos = System.nanoTime();
        long grantedNanos = grantedNanos(answer, sentNanos, answeredNanos);
        long confirmedNanos = confirm(session, dedicated, sentNanos, answeredNanos);
        long ttlStartNanos = isEnforced() ? confirmedNanos : System.nanoTime();
        long provenNanos = confirmedNanos - grantedNanos > 0 ? confirmedNanos : grantedNanos;
        return Optional.of(new Grant(session, lockId, dedicated, answer.token(), ttlStartNanos, provenNanos));
    }

    /**
     * Returns a moment that is not after the grant. When the answer arrives, the grant may be some time ago. How long
     * the server took to grant the lock is known only by its own clock, which may be set.
     */
    private static long grantedNanos(Acquired answer, long sentNanos, long answeredNanos) {
        long waitedNanos = Math.max(0, answer.waited().toNanos());
        return sentNanos + Math.min(waitedNanos, answeredNanos - sentNanos);
    }

    /**
     * Returns a moment at which the session held the lock for certain. The server counts the silence of the session
     * from the grant, which is not earlier than the moment at which the statement was sent. If the statement waited,
     * that may be long ago, so the server is asked again. The lifetime of a dedicated session begins with that
     * question; a shared session has other locks, which a late answer must not show as held again.
     */
    private long confirm(LockSession session, boolean dedicated, long sentNanos, long answeredNanos)
            throws SQLException {
        Duration lease = isEnforced() ? request.ttl() : config.heartbeat();
        if (lease.isZero() || answeredNanos - sentNanos <= lease.toNanos() / 2) {
            return sentNanos;
        }
        expectAnswerAfter(Duration.ZERO);
        long confirmedNanos = System.nanoTime();
        if (dedicated) {
            session.restartLifetime(confirmedNanos);
        }
        if (!session.refresh(lockId, request.mode(), isEnforced() ? request.ttl() : null)) {
            throw Messages.lateGrant(shownLock());
        }
        return confirmedNanos;
    }

    private String shownLock() {
        return Shown.lock(request.key(), lockId);
    }

    private boolean isEnforced() {
        return request.lease() == Lease.ENFORCED;
    }
}
