// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Where there is no JNDI, the transactions are those that a CDI bean shows. */
class TransactionBeanIT extends CdiTest {

    private static final LockRequest KEY = LockRequest.of("order");

    /** Where the locks live. */
    @ApplicationScoped
    static class Locks {

        @Produces
        @ApplicationScoped
        DataSource dataSource() {
            return DATABASE.dataSource();
        }
    }

    /** Works under a lock. */
    @ApplicationScoped
    static class Work {

        @Inject
        CurrentLock lock;

        @Locked("order")
        boolean order() {
            return lock.isHeld();
        }
    }

    /** One transaction after another, all of one thread. */
    @ApplicationScoped
    static class Transactions implements TransactionSynchronizationRegistry {

        private final Map<Object, Object> resources = new HashMap<>();
        private final List<Synchronization> synchronizations = new ArrayList<>();
        private int status = Status.STATUS_NO_TRANSACTION;

        void begin() {
            status = Status.STATUS_ACTIVE;
        }

        void commit() {
            List.copyOf(synchronizations).forEach(Synchronization::beforeCompletion);
            status = Status.STATUS_COMMITTED;
            synchronizations.forEach(synchronization -> synchronization.afterCompletion(status));
            synchronizations.clear();
            resources.clear();
            status = Status.STATUS_NO_TRANSACTION;
        }

        @Override
        public Object getTransactionKey() {
            return status == Status.STATUS_NO_TRANSACTION ? null : "transaction";
        }

        @Override
        public void putResource(Object key, Object value) {
            resources.put(key, value);
        }

        @Override
        public Object getResource(Object key) {
            return resources.get(key);
        }

        @Override
        public void registerInterposedSynchronization(Synchronization synchronization) {
            synchronizations.add(synchronization);
        }

        @Override
        public int getTransactionStatus() {
            return status;
        }

        @Override
        public void setRollbackOnly() {
            status = Status.STATUS_MARKED_ROLLBACK;
        }

        @Override
        public boolean getRollbackOnly() {
            return status == Status.STATUS_MARKED_ROLLBACK;
        }
    }

    @Test
    void shouldKeepTheLockUntilTheTransactionHasEnded() throws Exception {
        try (SeContainer application = start(Locks.class, Transactions.class, Work.class)) {
            Transactions transactions = application.select(Transactions.class).get();
            transactions.begin();

            assertTrue(application.select(Work.class).get().order());

            assertFalse(isFree(application), "while the transaction is active");
            transactions.commit();
            assertTrue(isFree(application), "after its commit");
            assertEquals(List.of(), logged("HOLDFAST-0062"));
        }
    }

    @Test
    void shouldLogThatTransactionsAreNotSeen() throws Exception {
        try (SeContainer application = start(Locks.class, Work.class)) {
            assertTrue(application.select(Work.class).get().order());

            assertTrue(isFree(application));
            assertEquals(1, logged("HOLDFAST-0062").size());
        }
    }

    /** As another thread sees it, which is in no transaction. */
    private static boolean isFree(SeContainer application) throws Exception {
        Locker locker = application.select(Locker.class).get();
        return CompletableFuture.supplyAsync(() -> {
                    try {
                        return locker.tryWithLock(KEY, () -> null);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();
    }
}
