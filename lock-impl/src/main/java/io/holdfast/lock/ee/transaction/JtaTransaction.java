// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.ee.naming.Jndi;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import javax.naming.Context;

/**
 * The transaction of the calling thread, while it is active or marked for rollback.
 *
 * @see <a href="https://jakarta.ee/specifications/transactions/2.0/">Jakarta Transactions 2.0</a>, section 4.3
 * @param registry what knows the transaction
 */
public record JtaTransaction(TransactionSynchronizationRegistry registry) {

    private static final String REGISTRY = "java:comp/TransactionSynchronizationRegistry";

    /** That of JNDI, for the whole server; null until it is found. */
    private static volatile TransactionSynchronizationRegistry found;

    /** Whether JNDI has none, so that calls need not look for it again. */
    private static volatile boolean isAbsent;

    /** Beans of applications, by what their {@link #find} was called with. */
    private static final Map<Object, TransactionSynchronizationRegistry> BEANS = new ConcurrentHashMap<>();

    /**
     * The transaction of the calling thread.
     *
     * @return the transaction; empty if there is none
     */
    public static Optional<JtaTransaction> current() {
        TransactionSynchronizationRegistry registry = registryOfServer();
        if (registry != null) {
            return current(registry);
        }
        for (TransactionSynchronizationRegistry bean : BEANS.values()) {
            Optional<JtaTransaction> current = current(bean);
            if (current.isPresent()) {
                return current;
            }
        }
        return Optional.empty();
    }

    private static Optional<JtaTransaction> current(TransactionSynchronizationRegistry registry) {
        return Optional.of(new JtaTransaction(registry))
                .filter(transaction -> transaction.isActive() || transaction.isMarkedForRollback());
    }

    /**
     * Once found it is kept, so that a transaction on a thread where the name does not resolve is seen, too. Null if it is not
     * found.
     */
    private static TransactionSynchronizationRegistry registryOfServer() {
        if (found == null && !isAbsent && BEANS.isEmpty()) {
            try {
                found = byName();
            } catch (NoClassDefFoundError e) {
                // No Jakarta Transactions, so no transactions.
                isAbsent = true;
            }
        }
        return found;
    }

    /** Null if there is none. */
    private static TransactionSynchronizationRegistry byName() {
        return Jndi.find(TransactionSynchronizationRegistry.class, REGISTRY).orElse(null);
    }

    /**
     * Finds out who knows the transactions: JNDI, or else a bean of CDI, as on servers without JNDI. To be called before the
     * application locks, and when it starts on a thread of the container.
     *
     * @param beans the beans of the application
     * @param application whose bean is used until it is forgotten
     * @return whether transactions are seen, or there can be none
     */
    public static boolean find(BeanManager beans, Object application) {
        try {
            TransactionSynchronizationRegistry registry = byName();
            if (registry != null) {
                found = registry;
            }
            isAbsent = registry == null && hasOtherNamesOnly();
            if (found == null && !BEANS.containsKey(application)) {
                Instance<TransactionSynchronizationRegistry> bean =
                        beans.createInstance().select(TransactionSynchronizationRegistry.class);
                if (bean.isResolvable()) {
                    BEANS.put(application, bean.get());
                }
            }
            return found != null || BEANS.containsKey(application);
        } catch (NoClassDefFoundError e) {
            return true;
        }
    }

    /** Whether names resolve on this thread, so that a name that does not is bound on no thread; or on none at all. */
    private static boolean hasOtherNamesOnly() {
        return !Jndi.isPresent() || Jndi.find(Context.class, "java:comp").isPresent();
    }

    /**
     * Forgets the bean of an application that ends.
     *
     * @param application what {@link #find} was called with
     */
    public static void forget(Object application) {
        BEANS.remove(application);
    }

    /**
     * The transaction of the calling thread, if it is active.
     *
     * @return the transaction; empty if there is none, or if it is marked for rollback
     */
    public static Optional<JtaTransaction> active() {
        return current().filter(JtaTransaction::isActive);
    }

    boolean isActive() {
        return registry.getTransactionStatus() == Status.STATUS_ACTIVE;
    }

    private boolean isMarkedForRollback() {
        return registry.getTransactionStatus() == Status.STATUS_MARKED_ROLLBACK;
    }

    /**
     * Whether the calling thread is in this transaction, or in none if it is null.
     *
     * @param key the key of the transaction
     * @return whether it is
     */
    public static boolean isCurrent(Object key) {
        return Objects.equals(key, currentKey());
    }

    /**
     * The key of the transaction of the calling thread.
     *
     * @return the key; null if there is none
     */
    public static Object currentKey() {
        return current().map(JtaTransaction::key).orElse(null);
    }

    /**
     * What identifies the transaction.
     *
     * @return the key
     */
    public Object key() {
        return registry.getTransactionKey();
    }

    /** Marks it for rollback, unless it is so or has ended. */
    public void rollBackIfActive() {
        try {
            if (isActive()) {
                registry.setRollbackOnly();
            }
        } catch (IllegalStateException e) {
            // It has ended just now, by its timeout.
        }
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
        new Completion(registry, mustRollBack, after).register();
    }

    /** Where Jakarta Transactions are missing it cannot be loaded, as the record can. */
    private record Completion(TransactionSynchronizationRegistry registry, BooleanSupplier mustRollBack, Runnable after)
            implements Synchronization {

        private void register() {
            registry.registerInterposedSynchronization(this);
        }

        @Override
        public void beforeCompletion() {
            if (mustRollBack.getAsBoolean()) {
                registry.setRollbackOnly();
            }
        }

        @Override
        public void afterCompletion(int status) {
            after.run();
        }
    }
}
