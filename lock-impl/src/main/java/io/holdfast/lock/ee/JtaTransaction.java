// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The transaction of the calling thread, while it is active or marked for rollback.
 *
 * @see <a href="https://jakarta.ee/specifications/transactions/2.0/">Jakarta Transactions 2.0</a>, section 4.3
 */
record JtaTransaction(TransactionSynchronizationRegistry registry) {

    private static final String REGISTRY = "java:comp/TransactionSynchronizationRegistry";

    /** Of the whole server; null until it is found. */
    private static volatile TransactionSynchronizationRegistry found;

    static Optional<JtaTransaction> current() {
        return registryOfServer()
                .map(JtaTransaction::new)
                .filter(transaction -> transaction.isActive() || transaction.isMarkedForRollback());
    }

    /** Once found it is kept, so that a transaction on a thread where the name does not resolve is seen, too. */
    private static Optional<TransactionSynchronizationRegistry> registryOfServer() {
        if (found == null) {
            found = Jndi.find(TransactionSynchronizationRegistry.class, REGISTRY)
                    .orElse(null);
        }
        return Optional.ofNullable(found);
    }

    boolean isActive() {
        return registry.getTransactionStatus() == Status.STATUS_ACTIVE;
    }

    private boolean isMarkedForRollback() {
        return registry.getTransactionStatus() == Status.STATUS_MARKED_ROLLBACK;
    }

    /** Whether the calling thread is in this transaction, or in none if it is null. */
    static boolean isCurrent(Object key) {
        return Objects.equals(key, currentKey());
    }

    /** Of the transaction of the calling thread; null if there is none. */
    static Object currentKey() {
        return current()
                .map(transaction -> transaction.registry().getTransactionKey())
                .orElse(null);
    }

    void setRollbackOnly() {
        registry.setRollbackOnly();
    }

    /** Null if there is none. */
    Object resource(Object key) {
        return registry.getResource(key);
    }

    void putResource(Object key, Object value) {
        registry.putResource(key, value);
    }

    /**
     * Asks before the commit, which becomes a rollback if the answer is yes; and runs the action after commit or rollback, on
     * whichever thread completes the transaction. Only for an active one: with one that is marked for rollback the action may
     * never run.
     */
    void onCompletion(BooleanSupplier mustRollBack, Runnable after) {
        registry.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                if (mustRollBack.getAsBoolean()) {
                    setRollbackOnly();
                }
            }

            @Override
            public void afterCompletion(int status) {
                after.run();
            }
        });
    }
}
