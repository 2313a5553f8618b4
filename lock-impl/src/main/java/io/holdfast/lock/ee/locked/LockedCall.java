// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.transaction.JtaTransaction;
import io.holdfast.lock.ee.transaction.LossInterrupt;
import io.holdfast.lock.ee.transaction.SharedHold;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One run of a {@code @Locked} method. Confined to its thread. */
final class LockedCall {

    /** Of all its locks. */
    private final Domain domain;

    /** The run that this one was called by; null if there is none. */
    private final LockedCall outer;

    private final List<SharedHold> holds = new ArrayList<>();
    private final List<LockHandle> shares = new ArrayList<>();

    /** The key of a lock that a call around this one, or its caller's transaction, has already; null if there is none. */
    private String shared;

    /** The active one of the calling thread when the method was called; null if there was none. */
    private final Object transactionOfCaller;

    /** Why an open transaction does not keep one of the locks; null if it does. */
    private IllegalStateException notKept;

    /** In which the method does its work; null if there is none. */
    private Object transaction;

    LockedCall(Domain domain, LockedCall outer) {
        this.domain = domain;
        this.outer = outer;
        this.transactionOfCaller =
                JtaTransaction.active().map(JtaTransaction::key).orElse(null);
    }

    LockedCall outer() {
        return outer;
    }

    Domain domain() {
        return domain;
    }

    /** The innermost around this one that has the key in the same domain; empty if none of them has. */
    Optional<LockedCall> holder(String key) {
        for (LockedCall call = outer; call != null; call = call.outer) {
            if (call.domain == domain && call.hold(key).isPresent()) {
                return Optional.of(call);
            }
        }
        return Optional.empty();
    }

    Optional<SharedHold> hold(String key) {
        return holds.stream().filter(hold -> hold.lock().key().equals(key)).findFirst();
    }

    /** Whether what the method does can be committed as far as its caller is concerned. */
    boolean isTransactionOfCallerActive() {
        return transactionOfCaller == null
                || JtaTransaction.active().map(JtaTransaction::key).equals(Optional.of(transactionOfCaller));
    }

    /**
     * To be called by the calling thread when it is in the transaction in which the method does its work.
     *
     * @throws IllegalStateException if it reuses a lock, but in another transaction than its caller
     */
    void works() {
        transaction = JtaTransaction.currentKey();
        if (shared != null && transactionOfCaller != null && !transactionOfCaller.equals(transaction)) {
            throw Messages.heldInOtherTransaction(shared);
        }
    }

    /** What this call does without having committed it is not seen elsewhere. */
    boolean isInTransactionOfCaller() {
        return transaction == null || JtaTransaction.isCurrent(transaction);
    }

    /** A lock that the calls within this one share. */
    void add(LockHandle lock) {
        SharedHold hold = new SharedHold(lock);
        shares.add(hold.share().orElseThrow());
        hold.leave();
        holds.add(hold);
    }

    /** A share of a lock that a call around this one acquired. */
    void addShare(SharedHold hold, LockHandle share) {
        shares.add(share);
        holds.add(hold);
        shares(share.key());
    }

    /** That the lock of the key is not this call's alone. */
    void shares(String key) {
        shared = key;
    }

    /** Keeps all locks until the end of the transaction of the calling thread, if that is active. */
    void keepForOpenTransaction() {
        try {
            JtaTransaction.active().ifPresent(this::keep);
        } catch (RuntimeException e) {
            notKept = io.holdfast.lock.ee.transaction.Messages.notKept(
                    shares.get(0).key(), e);
        }
    }

    private void keep(JtaTransaction open) {
        for (int i = 0; i < shares.size(); i++) {
            try {
                shares.set(i, domain.binding().keep(open, holds.get(i), shares.get(i)));
            } catch (IllegalStateException e) {
                notKept = e;
            }
        }
    }

    /**
     * To be called when the locks are released.
     *
     * @throws IllegalStateException if a transaction that is open could not keep one; it has been marked for rollback if that
     *     was possible
     */
    void requireKept() {
        if (notKept != null) {
            throw notKept;
        }
    }

    void onLoss(LossInterrupt interrupt) {
        holds.forEach(hold -> hold.onLoss(interrupt));
    }

    void endOf(LossInterrupt interrupt) {
        interrupt.end();
        holds.forEach(hold -> hold.forget(interrupt));
    }

    /** Those of this call, to be released at its end. */
    LockHandles handles() {
        return new LockHandles(shares);
    }

    boolean isLost() {
        return shares.stream().anyMatch(SharedHold::isGone);
    }
}
