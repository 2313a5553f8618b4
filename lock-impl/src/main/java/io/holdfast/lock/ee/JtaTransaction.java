// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Optional;

/**
 * The active transaction of the calling thread.
 *
 * @see <a href="https://jakarta.ee/specifications/transactions/2.0/">Jakarta Transactions 2.0</a>, section 4.3
 */
record JtaTransaction(TransactionSynchronizationRegistry registry) {

    private static final String REGISTRY = "java:comp/TransactionSynchronizationRegistry";

    /**
     * Empty also for a transaction that is marked for rollback: a synchronization that is registered then may never be
     * called.
     */
    static Optional<JtaTransaction> active() {
        return Jndi.find(TransactionSynchronizationRegistry.class, REGISTRY)
                .filter(registry -> registry.getTransactionStatus() == Status.STATUS_ACTIVE)
                .map(JtaTransaction::new);
    }

    <T> Optional<T> resource(Object key, Class<T> type) {
        return Optional.ofNullable(type.cast(registry.getResource(key)));
    }

    void putResource(Object key, Object value) {
        registry.putResource(key, value);
    }

    /** After commit or rollback, on whichever thread completes the transaction. */
    void afterCompletion(Runnable action) {
        registry.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // Nothing to do before.
            }

            @Override
            public void afterCompletion(int status) {
                action.run();
            }
        });
    }
}
