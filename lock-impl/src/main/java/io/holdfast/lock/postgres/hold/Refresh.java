// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockException;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server whether it still has a lock, and renews the ttl. Requests run one after the other, so that the last
 * ttl that the server receives is also the last that is noted on this side.
 */
final class Refresh {

    /**
     * The answer of the server.
     *
     * @param isHeld whether the lock is held
     * @param cause the error that ended the session; null if there was none
     */
    record Answer(boolean isHeld, @Nullable SQLException cause) {}

    private final Tenure tenure;
    private final Ttl ttl;
    private final LockAttempt attempt;
    private final BooleanSupplier alive;
    private final Keepers keepers;
    private final Duration timeout;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    /**
     * Creates the refreshes of one lock.
     *
     * @param attempt the attempt that acquired the lock
     * @param alive whether the holder may still use the lock
     */
    Refresh(Tenure tenure, Ttl ttl, LockAttempt attempt, BooleanSupplier alive, Keepers keepers, Duration timeout) {
        this.tenure = tenure;
        this.ttl = ttl;
        this.attempt = attempt;
        this.alive = alive;
        this.keepers = keepers;
        this.timeout = timeout;
    }

    /**
     * Blocks until the server has answered, or the timeout has passed. The server is not asked for a lock that is not
     * alive any more.
     *
     * @throws LockException if the server does not answer, which neither proves nor disproves that the lock is held
     */
    Answer ask(Duration fresh) {
        CompletableFuture<Boolean> answer = keepers.submit(() -> askInTurn(fresh));
        try {
            return new Answer(Uninterruptibly.get(answer, timeout), null);
        } catch (TimeoutException e) {
            throw CommonMessages.noAnswer(Shown.lock(attempt), timeout);
        } catch (SQLException e) {
            if (SqlStates.isNotPermitted(e)) {
                throw CommonMessages.mayNotLook(e);
            }
            if (!SqlStates.isSessionLost(e)) {
                throw CommonMessages.unavailable(Shown.lock(attempt), e);
            }
            return new Answer(false, e);
        }
    }

    private boolean askInTurn(Duration fresh) throws SQLException {
        if (!Uninterruptibly.tryLock(oneAtATime, timeout)) {
            throw CommonMessages.noAnswer(Shown.lock(attempt), timeout);
        }
        try {
            if (!alive.getAsBoolean()) {
                return true;
            }
            long sentNanos = System.nanoTime();
            ttl.sending(fresh, sentNanos);
            boolean held = tenure.refresh(tenure.isEnforced() ? fresh : null);
            if (held && alive.getAsBoolean()) {
                ttl.renewed(fresh, sentNanos);
                tenure.proven(sentNanos);
            }
            return held;
        } finally {
            oneAtATime.unlock();
        }
    }
}
