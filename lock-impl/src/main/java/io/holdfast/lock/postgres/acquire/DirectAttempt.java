// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.Lease;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.hold.Grant;
import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.util.Optional;

/**
 * One attempt to acquire a lock on the caller's own thread, which saves two changes of threads. It needs a session that
 * is ready, and whose connection may be used on any thread. It only tries. Whatever it cannot do, keepers do.
 */
final class DirectAttempt {

    private final LockAttempt attempt;
    private final Deadline deadline;
    private final Turn turn;
    private final GrantWork.Resources resources;
    private final Keepers keepers;
    private boolean over;

    DirectAttempt(LockAttempt attempt, Deadline deadline, Turn turn, GrantWork.Resources resources, Keepers keepers) {
        this.attempt = attempt;
        this.deadline = deadline;
        this.turn = turn;
        this.resources = resources;
        this.keepers = keepers;
    }

    /** Whether the attempt has ended without the lock, since somebody else holds it. */
    boolean isOver() {
        return over;
    }

    /**
     * Returns the lock, which owns the turn then; empty if somebody else holds it, or if a keeper has to ask. Blocks
     * until the server has answered.
     */
    Optional<HeldLock> run() {
        if (attempt.request().lease() == Lease.ENFORCED
                || !Keepers.maySubstitute()
                || !resources.limit().tryNow()) {
            return Optional.empty();
        }
        turn.setOnEndWhileAsking(resources.limit()::release);
        boolean continues = false;
        try {
            Optional<LockSession> kept = resources.allocation().takeKept(turn.lockId());
            Optional<HeldLock> lock = kept.isPresent() ? tryOn(kept.get(), true) : onSharedSession();
            if (lock.isEmpty() && !over) {
                turn.setOnEndWhileAsking(null);
                resources.limit().release();
            }
            continues = !over;
            return lock;
        } finally {
            if (!continues) {
                turn.end();
            }
        }
    }

    private Optional<HeldLock> onSharedSession() {
        return resources.allocation().takeShared(turn.lockId()).flatMap(shared -> tryOn(shared, false));
    }

    private Optional<HeldLock> tryOn(LockSession session, boolean dedicated) {
        if (!session.isOpenToCaller()) {
            resources.allocation().putBack(session, turn.lockId());
            return Optional.empty();
        }
        LockStatement statement =
                new LockStatement(attempt.request(), attempt.lockId(), deadline, resources.config(), keepers);
        Optional<Grant> grant;
        try {
            grant = statement.tryOn(session, dedicated);
            if (grant.isPresent()) {
                resources.tenures().requireOneCluster(session, attempt);
            }
        } catch (SQLException e) {
            boolean isFree = !dedicated
                    && SqlStates.isServerError(e)
                    && session.locks()
                            .unlockAfterError(turn.lockId(), attempt.request().mode());
            if (isFree) {
                resources.allocation().putBack(session, turn.lockId());
            } else {
                // It may have the lock, so it is ended before a keeper asks on a different session.
                resources.tenures().retire(session, e);
            }
            if (session.isTooSlow()) {
                throw CommonMessages.noAnswer(
                        Shown.lock(attempt), resources.config().answerTimeout());
            }
            resources.allocation().distrustKept();
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            resources.tenures().retire(session, e);
            throw e;
        }
        if (grant.isEmpty()) {
            over = attempt.waitAtMost().isZero();
            turn.markRefused();
            resources.allocation().putBack(session, turn.lockId());
        }
        return grant.map(granted -> resources.hold(granted, attempt, turn));
    }
}
