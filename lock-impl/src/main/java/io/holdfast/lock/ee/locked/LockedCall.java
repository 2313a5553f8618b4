// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.LockHandles;
import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.transaction.Claim;
import io.holdfast.lock.ee.transaction.CountedHold;
import io.holdfast.lock.ee.transaction.JtaTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call of a {@code @Locked} method, with its claim on each lock. Used by the thread of the method and, after the
 * method has returned a stage, by the thread that completes the stage.
 */
final class LockedCall {

    /** The domain that all locks of this call belong to. */
    private final Domain domain;

    private final @Nullable LockedCall outer;
    private final List<Claim> claims = new ArrayList<>();

    /** The key of a lock that an outer call or the caller's transaction holds, too; null if there is none. */
    private @Nullable String reusedKey;

    /** The transaction that was active when the method was called; null if there was none. */
    private final @Nullable Object transactionOfCaller;

    /** The transaction in which the method does its work; null if there is none. */
    private @Nullable Object transaction;

    /** Why an open transaction does not keep one of the locks; null if it keeps all. */
    private @Nullable IllegalStateException notKept;

    LockedCall(Domain domain, @Nullable LockedCall outer) {
        this.domain = domain;
        this.outer = outer;
        this.transactionOfCaller = activeTransaction().orElse(null);
    }

    private static Optional<Object> activeTransaction() {
        return JtaTransaction.active().map(JtaTransaction::key);
    }

    Domain domain() {
        return domain;
    }

    /** Returns the call that this one was called by. */
    Optional<LockedCall> outer() {
        return Optional.ofNullable(outer);
    }

    // ---- the locks

    /** Returns the innermost outer call that has a lock of the key in the same domain. */
    Optional<LockedCall> holderOf(String key) {
        LockedCall call = outer;
        while (call != null && !call.holds(domain, key)) {
            call = call.outer;
        }
        return Optional.ofNullable(call);
    }

    private boolean holds(Domain ofLock, String key) {
        return domain == ofLock && hold(key).isPresent();
    }

    Optional<CountedHold> hold(String key) {
        return claims.stream()
                .filter(claim -> claim.key().equals(key))
                .map(Claim::hold)
                .findFirst();
    }

    void add(Claim claim) {
        claims.add(claim);
    }

    void addReused(Claim claim) {
        add(claim);
        markReused(claim.key());
    }

    /** Notes that an outer call or the caller's transaction holds the lock of this key, too. */
    void markReused(String key) {
        reusedKey = key;
    }

    List<Claim> claims() {
        return List.copyOf(claims);
    }

    /** Returns the locks that the end of this call releases. */
    LockHandles handles() {
        return new LockHandles(List.copyOf(claims));
    }

    boolean isLost() {
        return claims.stream().anyMatch(Claim::isGone);
    }

    void onLoss(LossInterrupt interrupt) {
        claims.forEach(claim -> claim.hold().onLoss(interrupt));
    }

    void end(LossInterrupt interrupt) {
        interrupt.end();
        claims.forEach(claim -> claim.hold().forgetLossAction(interrupt));
    }

    // ---- the transactions

    /** Whether the caller can still commit the work of the method. */
    boolean isTransactionOfCallerActive() {
        return transactionOfCaller == null || activeTransaction().equals(Optional.of(transactionOfCaller));
    }

    /**
     * Notes the transaction in which the method does its work. To be called by the thread of the method, inside that
     * transaction.
     *
     * @throws IllegalStateException if this call reuses a lock in another transaction than that of its caller
     */
    void joinTransaction() {
        transaction = JtaTransaction.currentKey();
        if (reusedKey != null && transactionOfCaller != null && !transactionOfCaller.equals(transaction)) {
            throw Messages.heldInOtherTransaction(reusedKey);
        }
    }

    /**
     * Whether the calling thread sees the work of this call, which another transaction would not see before the commit.
     */
    boolean isWorkVisible() {
        return transaction == null || JtaTransaction.isCurrent(transaction);
    }

    /** Keeps all locks until the end of the transaction of the calling thread, if it is active. */
    void keepForOpenTransaction() {
        domain.binding().keepForOpenTransaction(claims).ifPresent(failure -> notKept = failure);
    }

    /**
     * Reports a lock that was not kept. To be called when the locks are released.
     *
     * @throws IllegalStateException if an open transaction could not keep a lock; it has been marked for rollback if
     *     that was possible
     */
    void requireKept() {
        if (notKept != null) {
            throw notKept;
        }
    }
}
