// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Finds out, once, whether connections stand for sessions. It watches one connection while a transaction runs on another: if
 * both are the same session, the source shares sessions; if the first one is another session afterwards, then somebody
 * between here and the server gives sessions out by the transaction.
 */
final class Fitness {

    /**
     * With others at work a round may see the same session by chance, also where a pooler hands its sessions out in turn. Of
     * 7,200 comparisons behind PgBouncer ten rounds missed one, three rounds 24.
     */
    private static final int ROUNDS = 10;

    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(1);

    private enum Known {
        NOTHING,
        FIT,
        /** There was no second connection to compare with. */
        CANNOT_TELL
    }

    private final Sessions sessions;
    private final Keepers keepers;
    private final Duration timeout;
    private final Duration patience;
    private final AtomicReference<Known> known = new AtomicReference<>(Known.NOTHING);

    Fitness(Sessions sessions, Keepers keepers, Duration connectionTimeout) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.timeout = connectionTimeout;
        Duration half = connectionTimeout.dividedBy(2);
        this.patience = half.compareTo(LONGEST_PATIENCE) < 0 ? half : LONGEST_PATIENCE;
    }

    /** Throws if the source of this session is unfit; compares it with another one if that was not done before. */
    void require(LockSession session) throws SQLException {
        if (known.get() == Known.NOTHING) {
            recheck(session);
        }
    }

    /** As {@link #require}, also if an earlier comparison was not possible. */
    void recheck(LockSession session) throws SQLException {
        if (known.get() == Known.FIT) {
            return;
        }
        Optional<LockSession> other = sessions.isSingle() ? Optional.empty() : openAnother();
        if (other.isEmpty()) {
            known.compareAndSet(Known.NOTHING, Known.CANNOT_TELL);
            return;
        }
        Future<?> limit = keepers.endAfter(timeout, other.get());
        boolean compared = false;
        try {
            compare(session, other.get());
            other.get().unpin();
            compared = true;
            known.set(Known.FIT);
        } finally {
            limit.cancel(false);
            if (!compared) {
                other.get().end();
            }
        }
    }

    private static void compare(LockSession one, LockSession other) throws SQLException {
        try {
            int first = one.backendPid();
            for (int round = 0; round < ROUNDS; round++) {
                compare(first, one, other);
            }
        } catch (SQLException e) {
            if (SqlStates.isForeignSession(e)) {
                throw Messages.transactionPooler(one.pool(), e);
            }
            throw e;
        }
    }

    /** Asks before and after, so that a pooler that prefers the session it used last gives that to the other one. */
    private static void compare(int first, LockSession one, LockSession other) throws SQLException {
        int before = one.backendPid();
        other.begin();
        int beside = other.backendPid();
        int after = one.backendPid();
        other.rollback();
        if (beside == after) {
            throw Messages.sharedSession(after, one.pool());
        }
        if (before != first || after != first || beside == first) {
            throw Messages.transactionPooler(one.pool(), null);
        }
    }

    /** Empty if there is none to be had soon; one that comes later goes back unused. */
    private Optional<LockSession> openAnother() {
        CompletableFuture<LockSession> another = keepers.submit(() -> {
            LockSession session = sessions.borrow();
            try {
                session.pin();
                return session;
            } catch (SQLException | RuntimeException e) {
                session.end();
                throw e;
            }
        });
        try {
            return Optional.of(Uninterruptibly.get(another, patience));
        } catch (TimeoutException e) {
            another.thenAccept(LockSession::unpin);
            return Optional.empty();
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "no second connection to compare with", e);
            return Optional.empty();
        }
    }
}
