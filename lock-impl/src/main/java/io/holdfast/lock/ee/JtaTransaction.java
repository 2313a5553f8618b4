// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Optional;

/**
 * The transaction of the calling thread, while it is active or marked for rollback.
 *
 * @see <a href="https://jakarta.ee/specifications/transactions/2.0/">Jakarta Transactions 2.0</a>, section 4.3
 */
record JtaTransaction(TransactionSynchronizationRegistry registry) {

    private static final String REGISTRY = "java:comp/TransactionSynchronizationRegistry";

    static Optional<JtaTransaction> current() {
        return Jndi.find(TransactionSynchronizationRegistry.class, REGISTRY)
                .map(JtaTransaction::new)
                .filter(transaction -> transaction.isActive() || transaction.isMarkedForRollback());
    }

    boolean isActive() {
        return registry.getTransactionStatus() == Status.STATUS_ACTIVE;
    }

    private boolean isMarkedForRollback() {
        return registry.getTransactionStatus() == Status.STATUS_MARKED_ROLLBACK;
    }

    <T> Optional<T> resource(Object key, Class<T> type) {
        return Optional.ofNullable(type.cast(registry.getResource(key)));
    }

    void putResource(Object key, Object value) {
        registry.putResource(key, value);
    }

    /**
     * After commit or rollback, on whichever thread completes the transaction. Only for an active one: with one that is
     * marked for rollback the action may never run.
     */
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
