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
import org.jspecify.annotations.Nullable;

/**
 * The transaction of the calling thread, as long as it is active or marked for rollback.
 *
 * @see <a href="https://jakarta.ee/specifications/transactions/2.0/">Jakarta Transactions 2.0</a>, section 4.3
 * @param registry the registry that knows the transaction
 */
public record JtaTransaction(TransactionSynchronizationRegistry registry) {

    private static final String REGISTRY = "java:comp/TransactionSynchronizationRegistry";

    /** The registry that JNDI has for the whole server; null until it is found. */
    private static volatile @Nullable TransactionSynchronizationRegistry found;

    /** Whether JNDI has no registry, so that calls need not look for it again. */
    private static volatile boolean isAbsent;

    /** The registries that are beans of applications, by what {@link #findRegistry} was called with. */
    private static final Map<Object, TransactionSynchronizationRegistry> BEANS = new ConcurrentHashMap<>();

    /**
     * Returns the transaction of the calling thread.
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
     * Returns the registry that JNDI has; null if it is not found. Once found it is kept, so that transactions are seen
     * on threads where the name does not resolve, too.
     */
    private static @Nullable TransactionSynchronizationRegistry registryOfServer() {
        if (found == null && !isAbsent && BEANS.isEmpty()) {
            try {
                found = byName();
            } catch (NoClassDefFoundError e) {
                // Without Jakarta Transactions there are no transactions.
                isAbsent = true;
            }
        }
        return found;
    }

    private static @Nullable TransactionSynchronizationRegistry byName() {
        return Jndi.find(TransactionSynchronizationRegistry.class, REGISTRY).orElse(null);
    }

    /**
     * Finds what knows the transactions: JNDI, or else a bean of CDI, as on servers without JNDI. To be called before
     * the application locks, and when it starts on a thread of the container.
     *
     * @param application identifies the application, whose bean is used until it is forgotten
     * @return whether transactions are seen, or there can be none
     */
    public static boolean findRegistry(BeanManager beans, Object application) {
        try {
            TransactionSynchronizationRegistry registry = byName();
            if (registry != null) {
                found = registry;
            }
            isAbsent = registry == null && Jndi.isConclusive();
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

    /** Forgets the bean of an application that ends. */
    public static void forgetRegistry(Object application) {
        BEANS.remove(application);
    }

    /**
     * Returns the transaction of the calling thread if it is active.
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
     * Whether the calling thread is in the transaction of this key.
     *
     * @param key the key of the transaction; null for no transaction
     */
    public static boolean isCurrent(@Nullable Object key) {
        return Objects.equals(key, currentKey());
    }

    /**
     * Returns the key of the transaction of the calling thread.
     *
     * @return the key; null if there is no transaction
     */
    public static @Nullable Object currentKey() {
        return current().map(JtaTransaction::key).orElse(null);
    }

    /** Returns what identifies the transaction. */
    public Object key() {
        return registry.getTransactionKey();
    }

    /** Marks the transaction for rollback, unless it is marked already or has ended. */
    public void rollBackIfActive() {
        try {
            if (isActive()) {
                registry.setRollbackOnly();
            }
        } catch (IllegalStateException e) {
            // The transaction has just ended by its timeout.
        }
    }

    /** Returns what was put under this key; null if nothing was. */
    @Nullable
    Object resource(Object key) {
        return registry.getResource(key);
    }

    void putResource(Object key, Object value) {
        registry.putResource(key, value);
    }

    /**
     * Evaluates the condition before the commit, and rolls back instead if it is true. After commit or rollback it runs
     * the action, on the thread that completes the transaction. The transaction must be active: if it is marked for
     * rollback, the action may never run.
     */
    void onCompletion(BooleanSupplier mustRollBack, Runnable after) {
        new Completion(registry, mustRollBack, after).register();
    }

    /** Cannot be loaded where Jakarta Transactions are missing, unlike the record that contains it. */
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
