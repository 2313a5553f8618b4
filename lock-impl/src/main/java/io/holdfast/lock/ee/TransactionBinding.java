// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.postgres.ConnectionSource;
import io.holdfast.lock.postgres.TransactionLock;
import io.holdfast.lock.postgres.TransactionLocks;
import java.util.Optional;

/**
 * Binds locks to the JTA transaction of the calling thread. A transaction knows its locks by their keys, so that a second
 * request goes on under the lock that the first one got, instead of waiting for it.
 */
final class TransactionBinding {

    private final Domain domain;

    TransactionBinding(Domain domain) {
        this.domain = domain;
    }

    /** Under which a transaction keeps its {@link SharedHold} or its {@link TransactionLock}. */
    private record Key(String domain, String lockKey) {}

    private Key key(String lockKey) {
        return new Key(domain.name(), lockKey);
    }

    /** How a lock is acquired on a session of its own. */
    @FunctionalInterface
    interface OnSession {
        Optional<LockHandle> attempt(LockRequest request) throws InterruptedException;
    }

    /** How a lock is acquired in the transaction. */
    @FunctionalInterface
    interface OnConnection {
        Optional<TransactionLock> attempt(TransactionLocks locks, ConnectionSource transaction)
                throws InterruptedException;
    }

    Optional<LockHandle> attempt(LockRequest request, OnSession onSession, OnConnection onConnection)
            throws InterruptedException {
        Optional<JtaTransaction> transaction = JtaTransaction.current();
        if (transaction.isPresent()) {
            Optional<LockHandle> share = share(request, transaction.get());
            if (share.isPresent()) {
                return share;
            }
        }
        if (request.scope() == LockScope.TRANSACTION) {
            return inTransaction(
                    request,
                    transaction
                            .filter(JtaTransaction::isActive)
                            .orElseThrow(() -> Messages.noTransaction(request.key())),
                    onConnection);
        }
        return onSession.attempt(request.releaseAfterTransaction(false)).map(this::bind);
    }

    /** Whether the transaction of the calling thread keeps a lock of the key. */
    boolean isKept(String lockKey) {
        return JtaTransaction.current()
                .map(transaction -> transaction.resource(key(lockKey)))
                .isPresent();
    }

    /** To be asked before the lock is acquired. */
    Optional<LockHandle> shareOfTransaction(LockRequest request) {
        return JtaTransaction.current().flatMap(transaction -> share(request, transaction));
    }

    /**
     * Keeps a lock that was acquired just now until the end of the transaction, if one is active. What is marked for rollback
     * commits nothing that the next holder could miss.
     */
    LockHandle bind(LockHandle lock) {
        return JtaTransaction.active()
                .map(transaction -> untilEndOf(transaction, lock))
                .orElse(lock);
    }

    /**
     * Keeps a lock until the end of a transaction that is still active at the end of the method, though the lock was acquired
     * outside of it. Does nothing if the transaction keeps a lock of the key already.
     *
     * @param held the lock
     * @param share what the method has of it
     * @return what the method has of it from now on
     * @throws IllegalStateException if the transaction cannot keep it; it has been marked for rollback if that was possible
     */
    LockHandle keep(JtaTransaction transaction, SharedHold held, LockHandle share) {
        try {
            if (transaction.resource(key(share.key())) != null) {
                return share;
            }
            if (!(held.lock() instanceof TransactionLock)) {
                return hold(transaction, share);
            }
        } catch (RuntimeException e) {
            throw notKept(transaction, share, e);
        }
        throw notKept(transaction, share, null);
    }

    private static IllegalStateException notKept(JtaTransaction transaction, LockHandle share, RuntimeException cause) {
        IllegalStateException failure = Messages.notKept(share.key(), cause);
        try {
            transaction.rollBackIfActive();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    /**
     * A share of a lock that the calling thread's call chain holds. If a transaction is active, it keeps the lock until it has
     * completed, which may be after the chain.
     */
    LockHandle share(LockRequest request, SharedHold held) {
        Optional<JtaTransaction> transaction = JtaTransaction.current();
        Optional<LockHandle> ofTransaction = transaction.flatMap(present -> share(request, present));
        if (ofTransaction.isPresent()) {
            return ofTransaction.get();
        }
        Optional<JtaTransaction> active = transaction.filter(JtaTransaction::isActive);
        if (request.scope() == LockScope.TRANSACTION && active.isEmpty()) {
            throw Messages.noTransaction(request.key());
        }
        // One of the transaction itself need not be the one that the chain holds, if the transaction acquired the key
        // twice.
        boolean needsNoBinding =
                active.isEmpty() || active.get().resource(key(request.key())) instanceof TransactionLock;
        LockHandle share = held.share().orElseThrow(() -> Messages.lostInCall(request.key()));
        return needsNoBinding ? share : untilEndOf(active.get(), share);
    }

    /** Of the lock that the transaction has already, if any. */
    private Optional<LockHandle> share(LockRequest request, JtaTransaction transaction) {
        Object present = transaction.resource(key(request.key()));
        if (present instanceof SharedHold hold) {
            if (hold.isGone()) {
                throw Messages.gone(request.key());
            }
            requireCovered(request, hold.lock());
            return request.scope() == LockScope.TRANSACTION ? Optional.of(hold.shareOfTransaction()) : hold.share();
        }
        if (present instanceof TransactionLock lock) {
            requireCovered(request, lock);
            if (request.scope() == LockScope.SESSION) {
                throw Messages.heldInTransaction(request.key());
            }
        }
        return Optional.empty();
    }

    private static void requireCovered(LockRequest request, LockHandle held) {
        if (held.mode() == LockMode.SHARED && request.mode() == LockMode.EXCLUSIVE) {
            throw Messages.notUpgradable(request.key());
        }
        if (request.fenced() && held.fencingToken().isEmpty()) {
            throw Messages.notFenced(request.key());
        }
    }

    /** The server itself frees the lock with the transaction; this only tells it. The stronger of two locks comes first. */
    private Optional<LockHandle> inTransaction(
            LockRequest request, JtaTransaction transaction, OnConnection onConnection) throws InterruptedException {
        Optional<TransactionLock> granted =
                onConnection.attempt(domain.transactionLocks(), domain::connectionOfTransaction);
        granted.ifPresent(lock -> bind(lock, transaction));
        return granted.map(LockHandle.class::cast);
    }

    private void bind(TransactionLock lock, JtaTransaction transaction) {
        Key key = key(lock.key());
        try {
            transaction.onCompletion(() -> false, lock::completed);
            if (transaction.resource(key) == null) {
                transaction.putResource(key, lock);
            }
            if (!transaction.isActive()) {
                // It timed out just now, so that the call after completion may never come.
                lock.completed();
            }
        } catch (RuntimeException | Error e) {
            lock.completed();
            throw e;
        }
    }

    /** If that fails, the lock is released. */
    private LockHandle untilEndOf(JtaTransaction transaction, LockHandle lock) {
        try {
            return hold(transaction, lock);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private LockHandle hold(JtaTransaction transaction, LockHandle lock) {
        SharedHold hold = new SharedHold(lock);
        LockHandle share = hold.share().orElseThrow();
        transaction.onCompletion(hold::isGone, hold::leave);
        transaction.putResource(key(lock.key()), hold);
        if (!transaction.isActive()) {
            // Marked for rollback just now, so that the call after completion may never come: do not wait for it.
            hold.leave();
        }
        return share;
    }
}
