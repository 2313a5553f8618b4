// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.HeldLock.Grant;
import io.holdfast.lock.postgres.LockSession.Answer;
import jakarta.annotation.Nullable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** How one session asks the server for one lock: with or without waiting, until the deadline. */
final class GrantAttempt {

    private final LockRequest request;
    private final long lockId;
    private final boolean waiting;
    private final Deadline deadline;
    private final LockerConfig config;

    /** When the statement that runs must have been answered; moves on with every statement. */
    private volatile Deadline answerBy;

    GrantAttempt(LockRequest request, long lockId, boolean waiting, Deadline deadline, LockerConfig config) {
        this.request = request;
        this.lockId = lockId;
        this.waiting = waiting;
        this.deadline = deadline;
        this.config = config;
        this.answerBy = Deadline.after(config.connectionTimeout());
    }

    /** When a server that is alive has answered, unless another statement was sent meanwhile. */
    Deadline answerBy() {
        return answerBy;
    }

    /** A statement is about to be sent that the server may take this long for. */
    void expectAnswerAfter(Duration served) {
        answerBy = Deadline.after(served.plus(config.connectionTimeout()));
    }

    /** Blocks until the server grants or refuses, or nobody wants the lock any more. After an exception it may be held. */
    Optional<Grant> ask(LockSession session, BooleanSupplier givenUp) throws SQLException {
        do {
            if (givenUp.getAsBoolean()) {
                return Optional.empty();
            }
            long sentNanos = System.nanoTime();
            Optional<Answer> answer = waiting ? waitSlice(session) : Optional.of(tryLock(session));
            if (answer.isPresent()) {
                return grant(session, answer.get(), sentNanos);
            }
        } while (!deadline.hasPassed());
        return Optional.empty();
    }

    private Answer tryLock(LockSession session) throws SQLException {
        expectAnswerAfter(Duration.ZERO);
        return session.tryLock(lockId, request.mode(), enforcedTtl());
    }

    /**
     * A waiting statement holds a snapshot, which holds back VACUUM; so long waits are cut into slices. A new slice queues
     * anew at the server. Empty if the slice ended without a grant; the session is clean then.
     */
    private Optional<Answer> waitSlice(LockSession session) throws SQLException {
        Duration left = deadline.remaining();
        Duration slice = left.compareTo(config.waitSlice()) < 0 ? left : config.waitSlice();
        expectAnswerAfter(slice);
        try {
            return Optional.of(session.lock(lockId, request.mode(), enforcedTtl(), slice));
        } catch (SQLException e) {
            if (!SqlStates.isWaitEnded(e)) {
                throw e;
            }
            // The grant may have won the race against the end of the wait: the session may hold the lock.
            if (!session.wipeOrEnd()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private Optional<Grant> grant(LockSession session, Answer answer, long sentNanos) throws SQLException {
        if (answer.granted() == null) {
            throw Messages.standby("lock '" + request.key() + "'");
        }
        if (!answer.granted()) {
            return Optional.empty();
        }
        long ttlStartNanos = ttlStart(session, answer, sentNanos);
        return Optional.of(new Grant(session, lockId, answer.backendPid(), answer.idleTimeout(), ttlStartNanos));
    }

    /**
     * An advisory ttl starts now. An enforced one has been running since the grant, which is not before the statement was
     * sent; if that may have been long ago, because the statement waited, the server is asked once more.
     */
    private long ttlStart(LockSession session, Answer answer, long sentNanos) throws SQLException {
        Duration ttl = enforcedTtl();
        long now = System.nanoTime();
        if (ttl == null) {
            return now;
        }
        if (now - sentNanos <= ttl.toNanos() / 2) {
            return sentNanos;
        }
        expectAnswerAfter(Duration.ZERO);
        if (!session.isHeld(lockId, request.mode(), answer.backendPid(), ttl)) {
            throw Messages.lateGrant(request);
        }
        return now;
    }

    @Nullable
    private Duration enforcedTtl() {
        return request.lease() == Lease.ENFORCED ? request.ttl() : null;
    }
}
