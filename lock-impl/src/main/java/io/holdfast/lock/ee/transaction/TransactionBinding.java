// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Binds locks to the JTA transaction of the calling thread. A transaction knows its locks by their keys, so that a
 * second request reuses the lock that the first one acquired, instead of waiting for it.
 */
public final class TransactionBinding {

    private final String domain;
    private final SessionLocks sessionLocks;
    private final Supplier<Optional<TransactionalLocks>> ofTransactions;

    /**
     * Binds the locks of one domain.
     *
     * @param sessionLocks acquires locks on sessions of their own
     * @param ofTransactions acquires locks that end with their transaction by themselves; without these, this class
     *     keeps locks of sessions instead
     */
    public TransactionBinding(
            String domain, SessionLocks sessionLocks, Supplier<Optional<TransactionalLocks>> ofTransactions) {
        this.domain = domain;
        this.sessionLocks = sessionLocks;
        this.ofTransactions = ofTransactions;
    }

    /** The key under which a transaction keeps its {@link CountedHold} or its {@link TransactionLock}. */
    private record Key(String domain, String lockKey) {}

    private Key key(String lockKey) {
        return new Key(domain, lockKey);
    }

    /** Acquires a lock for the transaction of the calling thread, or reuses the one that the transaction keeps. */
    public LockHandle acquire(LockRequest request, RemainingWait wait) throws InterruptedException {
        Optional<Claim> kept = claimOfTransaction(request);
        if (kept.isPresent()) {
            return kept.get();
        }
        if (request.scope() == LockScope.TRANSACTION) {
            JtaTransaction transaction = requireActive(request);
            Optional<TransactionalLocks> bound = ofTransactions.get();
            if (bound.isPresent()) {
                return bind(transaction, bound.get().acquire(request, wait.remaining()));
            }
        }
        return keepForTransaction(sessionLocks.acquire(unbound(request), wait));
    }

    /**
     * Acquires a lock for the transaction of the calling thread if nobody else holds it, or reuses the one that the
     * transaction keeps.
     *
     * @return the lock; empty if somebody else holds it
     */
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        Optional<Claim> kept = claimOfTransaction(request);
        if (kept.isPresent()) {
            return Optional.of(kept.get());
        }
        if (request.scope() == LockScope.TRANSACTION) {
            JtaTransaction transaction = requireActive(request);
            Optional<TransactionalLocks> bound = ofTransactions.get();
            if (bound.isPresent()) {
                return bound.get().tryAcquire(request).map(lock -> bind(transaction, lock));
            }
        }
        return sessionLocks.tryAcquire(unbound(request)).map(this::keepForTransaction);
    }

    /** The core refuses requests that are bound to a transaction, because it knows no transactions. */
    private static LockRequest unbound(LockRequest request) {
        return request.releaseAfterTransaction(false);
    }

    private static JtaTransaction requireActive(LockRequest request) {
        return JtaTransaction.active().orElseThrow(() -> Messages.noTransaction(request.key()));
    }

    /** The server frees the lock with the transaction. The transaction keeps the first of several locks of the key. */
    private LockHandle bind(JtaTransaction transaction, TransactionLock lock) {
        Key key = key(lock.key());
        try {
            transaction.onCompletion(() -> false, lock::completed);
            if (transaction.resource(key) == null) {
                transaction.putResource(key, lock);
            }
            if (!transaction.isActive()) {
                // It timed out just now, so the call after completion may never come.
                lock.completed();
            }
        } catch (RuntimeException | Error e) {
            lock.completed();
            throw e;
        }
        return lock;
    }

    /** Whether the transaction of the calling thread keeps a lock of the key. */
    public boolean isKept(String lockKey) {
        return JtaTransaction.current()
                .map(transaction -> transaction.resource(key(lockKey)))
                .isPresent();
    }

    /**
     * Returns a claim on the lock that the transaction of the calling thread keeps.
     *
     * @return the claim; empty if the transaction keeps no lock of the key, or one that the server has to be asked for
     *     again
     * @throws RuntimeException if that lock has ended, or does not have what the request needs
     */
    public Optional<Claim> claimOfTransaction(LockRequest request) {
        return JtaTransaction.current().flatMap(transaction -> claimOf(transaction, request));
    }

    private Optional<Claim> claimOf(JtaTransaction transaction, LockRequest request) {
        Object kept = transaction.resource(key(request.key()));
        if (kept instanceof CountedHold hold) {
            hold.requireReusable(request);
            return request.scope() == LockScope.TRANSACTION ? Optional.of(hold.guestClaim()) : hold.addClaim();
        }
        if (kept instanceof TransactionLock lock) {
            Reuse.require(request, lock);
        }
        return Optional.empty();
    }

    /**
     * Returns a claim on a lock that the calling thread's call chain holds. If a transaction is active, it keeps the
     * lock until it has completed, which may be after the chain.
     *
     * @throws RuntimeException if the lock has ended, or the transaction cannot keep it
     */
    public Claim claimOfCall(LockRequest request, CountedHold held) {
        Optional<Claim> kept = claimOfTransaction(request);
        if (kept.isPresent()) {
            return kept.get();
        }
        Optional<JtaTransaction> active = JtaTransaction.active();
        if (request.scope() == LockScope.TRANSACTION && active.isEmpty()) {
            throw Messages.noTransaction(request.key());
        }
        Claim claim = held.addClaim().orElseThrow(() -> Messages.gone(request.key()));
        // A lock of the transaction itself need not be the one that the chain holds, if the transaction acquired it
        // twice.
        active.filter(transaction -> !(transaction.resource(key(request.key())) instanceof TransactionLock))
                .ifPresent(transaction -> keep(transaction, claim));
        return claim;
    }

    /**
     * Keeps a lock that was acquired just now until the end of the transaction of the calling thread, if that is
     * active. A transaction that is marked for rollback commits nothing that the next holder could miss. If the lock
     * cannot be kept, it is released.
     *
     * @return the handle to use from now on
     */
    public LockHandle keepForTransaction(LockHandle lock) {
        Optional<JtaTransaction> active = JtaTransaction.active();
        if (active.isEmpty()) {
            return lock;
        }
        Claim claim = CountedHold.firstClaimOn(lock);
        keep(active.get(), claim);
        return claim;
    }

    /** Gives the transaction a claim. If that fails, the claim of the caller is released. */
    private void keep(JtaTransaction transaction, Claim claim) {
        try {
            keepHold(transaction, claim.hold());
        } catch (RuntimeException | Error e) {
            claim.close();
            throw e;
        }
    }

    private void keepHold(JtaTransaction transaction, CountedHold hold) {
        String lockKey = hold.lock().key();
        Claim ofTransaction = hold.addClaim().orElseThrow(() -> Messages.gone(lockKey));
        try {
            transaction.onCompletion(hold::isGone, ofTransaction::close);
            transaction.putResource(key(lockKey), hold);
        } catch (RuntimeException | Error e) {
            ofTransaction.close();
            throw e;
        }
        if (!transaction.isActive()) {
            // It was marked for rollback just now, so the call after completion may never come.
            ofTransaction.close();
        }
    }

    /**
     * Keeps locks that were acquired outside of a transaction until its end, if it is still active when their method
     * ends. Nothing changes for a lock whose key the transaction keeps already. If a lock cannot be kept, the
     * transaction is marked for rollback where that is possible.
     *
     * @return why a lock cannot be kept; empty if all are kept, or if no transaction is active
     */
    public Optional<IllegalStateException> keepForOpenTransaction(List<Claim> claims) {
        IllegalStateException failure = null;
        try {
            Optional<JtaTransaction> active = JtaTransaction.active();
            for (Claim claim : active.isPresent() ? claims : List.<Claim>of()) {
                failure = keepForOpenTransaction(active.orElseThrow(), claim.hold())
                        .orElse(failure);
            }
        } catch (RuntimeException e) {
            failure = Messages.notKept(claims.get(0).key(), e);
        }
        return Optional.ofNullable(failure);
    }

    private Optional<IllegalStateException> keepForOpenTransaction(JtaTransaction transaction, CountedHold hold) {
        String lockKey = hold.lock().key();
        try {
            if (transaction.resource(key(lockKey)) != null) {
                return Optional.empty();
            }
            if (!(hold.lock() instanceof TransactionLock)) {
                keepHold(transaction, hold);
                return Optional.empty();
            }
        } catch (RuntimeException e) {
            return Optional.of(notKept(transaction, lockKey, e));
        }
        return Optional.of(notKept(transaction, lockKey, null));
    }

    private static IllegalStateException notKept(
            JtaTransaction transaction, String lockKey, @Nullable RuntimeException cause) {
        IllegalStateException failure = Messages.notKept(lockKey, cause);
        try {
            transaction.rollBackIfActive();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}
