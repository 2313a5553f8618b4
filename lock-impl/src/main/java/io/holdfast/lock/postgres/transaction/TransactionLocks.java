// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.hold.HeldLocks;
import io.holdfast.lock.postgres.session.Inquiries;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Elapsed;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Locks that PostgreSQL releases at the end of the transaction on the caller's connection. They have the lock ids of
 * session locks, so both exclude each other.
 *
 * <p>All work is done on the caller's thread and on a connection of its transaction. The statement sets a savepoint, so
 * a wait that ends without the lock leaves the transaction and its work as they were, and the server rejects the
 * statement outside of a transaction. A lock that nobody else holds costs one round trip.
 */
public final class TransactionLocks {

    private final Attempts attempts;
    private final LockDatabase lockDatabase;
    private final HeldLocks heldLocks;
    private final StatementWaits waits;
    private final Listeners listeners;

    /** Creates the locks of transactions on the database of this locker. */
    public TransactionLocks(
            Attempts attempts, Inquiries inquiries, HeldLocks heldLocks, StatementWaits waits, Listeners listeners) {
        this.attempts = attempts;
        this.lockDatabase = new LockDatabase(attempts, inquiries);
        this.heldLocks = heldLocks;
        this.waits = waits;
        this.listeners = listeners;
    }

    /**
     * Acquires the lock, and waits for it for this time at most. An interrupt is noticed within 0.1 s.
     *
     * @param transaction opens a connection of the transaction, on this thread only; the connection is closed
     *     afterwards
     * @param request the lock to acquire
     * @param waitAtMost how long to wait: {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @return the lock
     * @throws LockNotAcquiredException if somebody else held the lock for the whole wait
     * @throws LockException as {@link io.holdfast.lock.Locker#acquire} does
     * @throws InterruptedException if the thread is interrupted while it waits; the transaction stays as it was
     * @throws IllegalStateException if the locker is closed, also during the wait, or the transaction has failed before
     */
    public TransactionLock acquire(ConnectionSource transaction, LockRequest request, Duration waitAtMost)
            throws InterruptedException {
        long startNanos = System.nanoTime();
        LockAttempt attempt = attempts.attempt(request, waitAtMost);
        return acquire(transaction, attempt, startNanos)
                .orElseThrow(() -> heldLocks.notAcquired(attempt, Elapsed.since(startNanos), Thread.currentThread()));
    }

    /**
     * Acquires the lock if nobody else holds it or waits for it.
     *
     * @param transaction opens a connection of the transaction, on this thread only; the connection is closed
     *     afterwards
     * @param request the lock to acquire
     * @return the lock; empty if somebody else holds it or waits for it
     * @throws LockException as {@link io.holdfast.lock.Locker#tryAcquire} does
     * @throws InterruptedException if the thread is interrupted when this is called
     * @throws IllegalStateException if the locker is closed, or the transaction has failed before
     */
    public Optional<TransactionLock> tryAcquire(ConnectionSource transaction, LockRequest request)
            throws InterruptedException {
        return acquire(transaction, attempts.attempt(request, LockRequest.IMMEDIATE), System.nanoTime());
    }

    private Optional<TransactionLock> acquire(ConnectionSource transaction, LockAttempt attempt, long startNanos)
            throws InterruptedException {
        Objects.requireNonNull(transaction, "transaction");
        attempts.requireOpen(Shown.lock(attempt));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        listeners.waitBegan(attempt);
        try {
            if (!tryGrant(transaction, attempt, Deadline.from(startNanos, attempt.waitAtMost()))) {
                listeners.notGranted(attempt, Elapsed.since(startNanos));
                return Optional.empty();
            }
            TransactionLock lock = new TransactionLock(attempt, listeners);
            listeners.acquired(attempt, lock, Elapsed.since(startNanos));
            return Optional.of(lock);
        } catch (LockException e) {
            listeners.failed(attempt, e);
            throw e;
        } finally {
            listeners.waitEnded(attempt);
        }
    }

    /** The transaction keeps a lock that it was granted, even if its connection cannot be closed any more. */
    private boolean tryGrant(ConnectionSource transaction, LockAttempt attempt, Deadline deadline)
            throws InterruptedException {
        Connection connection = open(transaction, attempt);
        try {
            TransactionLockStatement statement = new TransactionLockStatement(attempt, connection, lockDatabase);
            return attempt.waitAtMost().isZero()
                    ? statement.tryGrant(LockRequest.IMMEDIATE, null)
                    : await(statement, attempt, deadline);
        } finally {
            try {
                Uninterruptibly.run(connection::close);
            } catch (SQLException | RuntimeException e) {
                Messages.LOG.log(
                        System.Logger.Level.DEBUG,
                        "closing a connection of the transaction failed; this is ignored",
                        e);
            }
        }
    }

    private static Connection open(ConnectionSource transaction, LockAttempt attempt) {
        try {
            return Uninterruptibly.sql(transaction::open);
        } catch (SQLException e) {
            throw SqlStates.isPoolExhausted(e)
                    ? Messages.transactionPoolExhausted(Shown.lock(attempt), e)
                    : Messages.noConnectionOfTransaction(Shown.lock(attempt), e);
        }
    }

    /** Waits for the lock. Asks again if somebody else has canceled the statement, so that it has ended early. */
    private boolean await(TransactionLockStatement statement, LockAttempt attempt, Deadline deadline)
            throws InterruptedException {
        try (StatementWait wait = waits.begin()) {
            boolean granted;
            do {
                attempts.requireOpen(Shown.lock(attempt));
                granted = statement.tryGrant(deadline.remaining(), wait);
            } while (!granted && !deadline.hasPassed());
            return granted;
        }
    }
}
