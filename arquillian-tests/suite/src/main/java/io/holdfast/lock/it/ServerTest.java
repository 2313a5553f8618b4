// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.Keys;
import jakarta.annotation.Resource;
import jakarta.ejb.EJBException;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** A test that runs inside the server, with the server's own threads and transactions. It leaves no lock held. */
abstract class ServerTest {

    @Inject
    Locker locker;

    @Resource(lookup = "java:comp/DefaultManagedExecutorService")
    ManagedExecutorService executor;

    @Resource(lookup = "java:comp/UserTransaction")
    UserTransaction transaction;

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    TransactionSynchronizationRegistry registry;

    /** The keys that the test locks. */
    String[] keys() {
        return new String[] {Keys.SHARED};
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        // Payara refuses every method of UserTransaction on a thread on which a @Transactional bean has failed.
        if (registry.getTransactionStatus() != Status.STATUS_NO_TRANSACTION) {
            transaction.rollback();
        }
        PgLocks.eventually("no lock is left", () -> holdersOf(keys()) == 0);
    }

    final void assertFreeSoon(String when) throws InterruptedException {
        PgLocks.eventually(when + ": free", () -> holders() == 0);
    }

    final int holders() {
        return holdersOf(Keys.SHARED);
    }

    /** How many sessions hold these locks, in total. */
    final int holdersOf(String... keys) {
        return Stream.of(keys)
                .mapToInt(key -> PgLocks.holders(locker.lockId(key)))
                .sum();
    }

    /** A locked method that runs what it is passed. */
    @FunctionalInterface
    interface LockedMethod {
        Object call(Callable<Object> work) throws Exception;
    }

    /** The method holds the lock while it works, and no longer. */
    final void assertLocks(LockedMethod method) throws Exception {
        assertEquals(1, method.call(this::holders));
        assertEquals(0, holders());
    }

    /** Calls as another caller. */
    final <T> T onAnotherThread(Callable<T> call) throws Exception {
        return executor.submit(call).get();
    }

    /** Another caller is refused the lock of the method. */
    final void assertBusy(Callable<?> method) {
        ExecutionException refused = assertThrows(ExecutionException.class, () -> onAnotherThread(method));
        assertSame(LockNotAcquiredException.class, unwrapped(refused.getCause()).getClass());
    }

    /** WildFly does not see that an exception of the EAR's lib is annotated as an application exception. */
    static Throwable unwrapped(Throwable failure) {
        return failure instanceof EJBException ? failure.getCause() : failure;
    }

    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /** Works in a transaction that times out after a second, and rolls it back. */
    final void inTransactionThatTimesOut(Work work) throws Exception {
        transaction.setTransactionTimeout(1);
        try {
            transaction.begin();
            work.run();
        } finally {
            transaction.rollback();
            transaction.setTransactionTimeout(0);
        }
    }

    final void awaitTimeoutOfTransaction() throws InterruptedException {
        PgLocks.eventually("the transaction has timed out", () -> !isTransactionActive());
    }

    final boolean isTransactionActive() {
        return registry.getTransactionStatus() == Status.STATUS_ACTIVE;
    }
}
