// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Binds locks to the JTA transaction of the calling thread. A transaction knows its locks by their keys, so that a second
 * request goes on under the lock that the first one got, instead of waiting for it.
 */
public final class TransactionBinding {

    private final String domain;
    private final Supplier<TransactionLocks> locks;
    private final ConnectionSource connections;

    /**
     * Binds the locks of one domain.
     *
     * @param domain the name of the domain
     * @param locks what acquires locks in a transaction
     * @param connections opens a connection of the calling thread's transaction
     */
    public TransactionBinding(String domain, Supplier<TransactionLocks> locks, ConnectionSource connections) {
        this.domain = domain;
        this.locks = locks;
        this.connections = connections;
    }

    /** Under which a transaction keeps its {@link SharedHold} or its {@link TransactionLock}. */
    private record Key(String domain, String lockKey) {}

    private Key key(String lockKey) {
        return new Key(domain, lockKey);
    }

    /** How a lock is acquired on a session of its own. */
    @FunctionalInterface
    public interface OnSession {

        /**
         * Tries once.
         *
         * @param request what to lock
         * @return the lock; empty if somebody else holds it
         * @throws InterruptedException if the thread was interrupted
         */
        Optional<LockHandle> attempt(LockRequest request) throws InterruptedException;
    }

    /** How a lock is acquired in the transaction. */
    @FunctionalInterface
    public interface OnConnection {

        /**
         * Tries once.
         *
         * @param locks what acquires
         * @param transaction opens a connection of the transaction
         * @return the lock; empty if somebody else holds it
         * @throws InterruptedException if the thread was interrupted
         */
        Optional<TransactionLock> attempt(TransactionLocks locks, ConnectionSource transaction)
                throws InterruptedException;
    }

    /**
     * Acquires a lock for the transaction of the calling thread, or reuses one that it has.
     *
     * @param request what to lock
     * @param onSession acquires on a session of its own
     * @param onConnection acquires in the transaction
     * @return the lock; empty if somebody else holds it
     * @throws InterruptedException if the thread was interrupted
     */
    public Optional<LockHandle> attempt(LockRequest request, OnSession onSession, OnConnection onConnection)
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

    /**
     * Whether the transaction of the calling thread keeps a lock of the key.
     *
     * @param lockKey the key
     * @return whether it does
     */
    public boolean isKept(String lockKey) {
        return JtaTransaction.current()
                .map(transaction -> transaction.resource(key(lockKey)))
                .isPresent();
    }

    /**
     * A share of the lock that the transaction of the calling thread keeps. To be called before the lock is acquired.
     *
     * @param request what to lock
     * @return the share; empty if it keeps none of the key
     */
    public Optional<LockHandle> shareOfTransaction(LockRequest request) {
        return JtaTransaction.current().flatMap(transaction -> share(request, transaction));
    }

    /**
     * Keeps a lock that was acquired just now until the end of the transaction, if one is active. What is marked for rollback
     * commits nothing that the next holder could miss.
     *
     * @param lock the lock
     * @return what its holder has of it from now on
     */
    public LockHandle bind(LockHandle lock) {
        return JtaTransaction.active()
                .map(transaction -> untilEndOf(transaction, lock))
                .orElse(lock);
    }

    /**
     * Keeps a lock until the end of a transaction that is still active at the end of the method, though the lock was acquired
     * outside of it. Does nothing if the transaction keeps a lock of the key already.
     *
     * @param transaction the transaction
     * @param held the lock
     * @param share what the method has of it
     * @return what the method has of it from now on
     * @throws IllegalStateException if the transaction cannot keep it; it has been marked for rollback if that was possible
     */
    public LockHandle keep(JtaTransaction transaction, SharedHold held, LockHandle share) {
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
     *
     * @param request what to lock
     * @param held the lock
     * @return the share
     */
    public LockHandle share(LockRequest request, SharedHold held) {
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
        LockHandle share = held.share().orElseThrow(() -> Messages.gone(request.key()));
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
        Optional<TransactionLock> granted = onConnection.attempt(locks.get(), connections);
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
