// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Where there is no JNDI, the transactions are those that a CDI bean shows. */
class TransactionBeanIT extends CdiTest {

    private static final LockRequest KEY = LockRequest.of("order");

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

    /** Leaves a transaction open, which begins under the lock. */
    @ApplicationScoped
    static class Opening {

        private final CompletableFuture<String> stage = new CompletableFuture<>();

        @Inject
        Transactions transactions;

        @Locked("order")
        void open() {
            transactions.begin();
        }

        @Locked("order")
        CompletionStage<String> later() {
            return stage;
        }

        @Locked("order")
        CompletionStage<String> unusable() {
            return new CompletableFuture<>() {

                @Override
                public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
                    throw new UnsupportedOperationException("no actions");
                }
            };
        }

        /** Completes what {@link #later} has returned. */
        void complete() {
            stage.complete("done");
        }
    }

    /** Works under a lock, in a transaction, before the start is complete. */
    @ApplicationScoped
    static class Early {

        private int registered;

        void work(@Observes @Priority(500) Startup event, Transactions transactions, Work work) {
            transactions.begin();
            work.order();
            registered = transactions.registered();
            transactions.commit();
        }

        int registered() {
            return registered;
        }
    }

    /** An application that does not start. */
    @ApplicationScoped
    static class Failing {

        void fail(@Observes Startup event) {
            throw new IllegalStateException("does not start");
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

        int registered() {
            return synchronizations.size();
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

    /** Refuses all, with whatever exception. */
    @ApplicationScoped
    static class BrokenTransactions extends Transactions {

        private Supplier<Error> failure = () -> null;

        /** Instead of telling the status. */
        void failWith(Supplier<Error> failure) {
            this.failure = failure;
        }

        @Override
        public int getTransactionStatus() {
            Error error = failure.get();
            if (error != null) {
                throw error;
            }
            return super.getTransactionStatus();
        }

        @Override
        public void registerInterposedSynchronization(Synchronization synchronization) {
            throw new UnsupportedOperationException("no synchronization");
        }

        @Override
        public void setRollbackOnly() {
            throw new UnsupportedOperationException("no mark");
        }
    }

    @Test
    void shouldReleaseTheLockThatABrokenRegistryCannotKeep() throws Exception {
        try (SeContainer application = start(Locks.class, BrokenTransactions.class, Opening.class)) {
            Opening opening = application.select(Opening.class).get();

            IllegalStateException failure = assertThrows(IllegalStateException.class, opening::open);

            assertTrue(failure.getMessage().startsWith("HOLDFAST-0060"), failure.getMessage());
            assertEquals("no synchronization", failure.getCause().getMessage());
            assertEquals("no mark", failure.getSuppressed()[0].getMessage());
            application.select(Transactions.class).get().commit();
            assertTrue(isFree(application));
        }
    }

    @Test
    void shouldReleaseTheLockAndCompleteTheStageIfTheRegistryFails() throws Exception {
        try (SeContainer application = start(Locks.class, BrokenTransactions.class, Opening.class)) {
            Opening opening = application.select(Opening.class).get();
            BrokenTransactions transactions =
                    application.select(BrokenTransactions.class).get();
            CompletableFuture<String> result = opening.later().toCompletableFuture();
            transactions.failWith(() -> new AssertionError("no status"));

            opening.complete();

            transactions.failWith(() -> null);
            ExecutionException failure = assertThrows(ExecutionException.class, () -> result.get(10, TimeUnit.SECONDS));
            assertEquals("no status", failure.getCause().getMessage());
            assertTrue(isFree(application));
        }
    }

    @Test
    void shouldReleaseTheLockIfTheStageCannotBeUsed() throws Exception {
        try (SeContainer application = start(Locks.class, Transactions.class, Opening.class)) {
            Opening opening = application.select(Opening.class).get();

            assertThrows(UnsupportedOperationException.class, opening::unusable);

            assertTrue(isFree(application));
        }
    }

    @Test
    void shouldKeepTheLockUntilTheTransactionHasEnded() throws Exception {
        try (SeContainer application = start(Locks.class, Transactions.class, Work.class)) {
            assertKeepsTheLockUntilTheCommit(application);
            assertEquals(List.of(), logged("HOLDFAST-0062"));
        }
    }

    @Test
    void shouldKeepTheLockWhileTheApplicationStarts() {
        try (SeContainer application = start(Locks.class, Transactions.class, Work.class, Early.class)) {
            assertEquals(1, application.select(Early.class).get().registered());
        }
    }

    @Test
    void shouldKeepTheLockWhenOtherApplicationsHaveStartedAndStopped() throws Exception {
        try (SeContainer application = start(Locks.class, Transactions.class, Work.class)) {
            ClassLoader own = Thread.currentThread().getContextClassLoader();
            useOtherContainer(own);
            start(Locks.class, Work.class).close();
            useOtherContainer(own);
            start(Locks.class, Transactions.class, Work.class).close();
            Thread.currentThread().setContextClassLoader(own);
            assertKeepsTheLockUntilTheCommit(application);
        }
    }

    @Test
    void shouldNotAskTheRegistryOfAnApplicationThatFailedToStart() throws Exception {
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        refusalOf(Locks.class, Transactions.class, Work.class, Failing.class);
        useOtherContainer(own);

        try (SeContainer application = start(Locks.class, Work.class)) {
            assertTrue(application.select(Work.class).get().order());

            assertTrue(isFree(application));
        }
    }

    private static void useOtherContainer(ClassLoader own) {
        Thread.currentThread().setContextClassLoader(new URLClassLoader(new URL[0], own));
    }

    @Test
    void shouldLogThatTransactionsAreNotSeen() throws Exception {
        try (SeContainer application = start(Locks.class, Work.class)) {
            assertTrue(application.select(Work.class).get().order());

            assertTrue(isFree(application));
            assertEquals(1, logged("HOLDFAST-0062").size());
        }
    }

    @Test
    void shouldPassTheLockOnWhenTheTransactionHasEnded() throws Exception {
        try (SeContainer application = start(Locks.class, Transactions.class, Work.class)) {
            Locker locker = application.select(Locker.class).get();
            Transactions transactions = application.select(Transactions.class).get();
            transactions.begin();
            assertTrue(application.select(Work.class).get().order());
            // Both wait on a thread that is in no transaction.
            CompletableFuture<LockHandle> next = CompletableFuture.supplyAsync(() -> locker.acquireAsync(KEY))
                    .get();
            CompletableFuture<LockHandle> last = CompletableFuture.supplyAsync(() -> locker.acquireAsync(KEY))
                    .get();
            assertFalse(next.isDone());

            transactions.commit();

            next.get(10, TimeUnit.SECONDS).release();
            last.get(10, TimeUnit.SECONDS).release();
            assertTrue(isFree(application));
        }
    }

    private static void assertKeepsTheLockUntilTheCommit(SeContainer application) throws Exception {
        Transactions transactions = application.select(Transactions.class).get();
        transactions.begin();

        assertTrue(application.select(Work.class).get().order());

        assertFalse(isFree(application), "while the transaction is active");
        transactions.commit();
        assertTrue(isFree(application), "after its commit");
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
