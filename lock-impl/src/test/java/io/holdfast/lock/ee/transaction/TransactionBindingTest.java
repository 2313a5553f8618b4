// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import io.holdfast.lock.testkit.InMemoryLocks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Locks of sessions in a transaction. Those of the transaction itself need the database. */
class TransactionBindingTest {

    private static final LockRequest REQUEST = LockRequest.of("order/42").releaseAfterTransaction(true);
    private static final LockRequest OF_TRANSACTION = LockRequest.of("order/42").scope(LockScope.TRANSACTION);

    private final FakeTransactions transactions = new FakeTransactions();
    private final InMemoryLocks locks = new InMemoryLocks();
    private final Locker other = locks.newLocker();
    private final TransactionBinding binding =
            new TransactionBinding("billing", new InMemory(locks.newLocker()), () -> {
                throw new AssertionError("no lock of the transaction is needed");
            });

    private record InMemory(Locker locker) implements SessionLocks {

        @Override
        public LockHandle acquire(LockRequest request, RemainingWait wait) throws InterruptedException {
            return locker.acquire(request, wait.remaining());
        }

        @Override
        public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
            return locker.tryAcquire(request);
        }
    }

    @AfterEach
    void close() {
        transactions.close();
    }

    private LockHandle acquire(LockRequest request) throws InterruptedException {
        return binding.acquire(request, new RemainingWait(LockRequest.IMMEDIATE));
    }

    private boolean isFree() throws InterruptedException {
        return other.tryWithLock(LockRequest.of("order/42"), () -> null);
    }

    private static void assertId(String id, RuntimeException failure) {
        assertTrue(failure.getMessage().startsWith(id), failure.getMessage());
    }

    @Test
    @DisplayName("a transaction keeps the lock until it has completed, though its holder has released it")
    void shouldKeepUntilCompletion() throws InterruptedException {
        transactions.begin();
        LockHandle lock = acquire(REQUEST);

        lock.release();

        assertEquals(LockState.RELEASED, lock.state());
        assertId("HOLDFAST-0118", assertThrows(LockNotHeldException.class, lock::release));
        assertFalse(isFree(), "the transaction is active");
        assertTrue(transactions.commit());
        assertTrue(isFree());
    }

    @Test
    @DisplayName("a holder keeps the lock when its transaction has completed before")
    void shouldKeepUntilRelease() throws InterruptedException {
        transactions.begin();
        LockHandle lock = acquire(REQUEST);
        assertTrue(transactions.commit());

        assertTrue(lock.isHeld());
        assertFalse(isFree());
        lock.release();
        assertTrue(isFree());
    }

    @Test
    @DisplayName("a second request in the same transaction reuses the lock, and each has a handle of its own")
    void shouldReuse() throws InterruptedException {
        transactions.begin();
        LockHandle first = acquire(REQUEST);

        LockHandle second = binding.tryAcquire(REQUEST).orElseThrow();
        LockHandle guest = acquire(OF_TRANSACTION);

        first.release();
        assertTrue(second.isHeld());
        second.release();
        assertTrue(guest.isHeld(), "until the end of the transaction, whether or not it is released");
        assertTrue(transactions.commit());
        assertTrue(isFree());
    }

    @Test
    @DisplayName(
            "where no connection can hold the locks of transactions, a transaction keeps locks of sessions instead")
    void shouldKeepLocksOfTransactionsWithoutAServer() throws InterruptedException {
        TransactionBinding inMemory =
                new TransactionBinding("billing", new InMemory(locks.newLocker()), Optional::empty);
        assertId("HOLDFAST-0115", assertThrows(IllegalStateException.class, () -> inMemory.tryAcquire(OF_TRANSACTION)));
        transactions.begin();

        LockHandle first = inMemory.acquire(OF_TRANSACTION, new RemainingWait(LockRequest.IMMEDIATE));
        first.release();
        inMemory.tryAcquire(OF_TRANSACTION).orElseThrow().release();
        LockHandle second = inMemory.tryAcquire(LockRequest.of("order/43").scope(LockScope.TRANSACTION))
                .orElseThrow();
        second.release();

        assertFalse(isFree());
        assertEquals(1, locks.holders("order/43").size());
        assertTrue(transactions.commit());
        assertTrue(isFree());
        assertEquals(List.of(), locks.holders("order/43"));
    }

    @Test
    void shouldNotReuseWithoutTransaction() throws InterruptedException {
        LockHandle lock = acquire(REQUEST);

        assertEquals(Optional.empty(), binding.tryAcquire(REQUEST));
        assertFalse(binding.isKept("order/42"));
        assertId("HOLDFAST-0115", assertThrows(IllegalStateException.class, () -> acquire(OF_TRANSACTION)));
        lock.release();
        assertTrue(isFree());
    }

    @Test
    @DisplayName("a lock is not reused if it does not have what the second request needs")
    void shouldRequireWhatIsRequested() throws InterruptedException {
        transactions.begin();
        acquire(REQUEST.mode(LockMode.SHARED));

        assertId("HOLDFAST-0036", assertThrows(IllegalStateException.class, () -> acquire(REQUEST)));
        assertId(
                "HOLDFAST-0037",
                assertThrows(
                        IllegalStateException.class,
                        () -> acquire(REQUEST.mode(LockMode.SHARED).fenced(true))));
    }

    @Test
    @DisplayName("nothing new is started under a lost lock, and its transaction is not committed")
    void shouldNotReuseLostLock() throws InterruptedException {
        transactions.begin();
        LockHandle lock = acquire(REQUEST);
        locks.lose("order/42");

        assertId("HOLDFAST-0038", assertThrows(LockNotHeldException.class, () -> acquire(REQUEST)));
        assertId("HOLDFAST-0042", assertThrows(LockNotHeldException.class, () -> lock.refresh(Duration.ofSeconds(1))));
        assertId("HOLDFAST-0042", assertThrows(LockNotHeldException.class, lock::release));
        assertFalse(transactions.commit());
        assertTrue(isFree());
    }

    @Test
    @DisplayName("a call of the chain has a claim on the lock, which a transaction that has begun since keeps, too")
    void shouldShareLockOfCallChain() throws InterruptedException {
        Claim outer = CountedHold.firstClaimOn(other.acquire(LockRequest.of("order/42")));
        transactions.begin();

        Claim inner = binding.claimOfCall(REQUEST, outer.hold());

        assertSame(outer.hold(), inner.hold());
        assertTrue(binding.isKept("order/42"));
        outer.release();
        inner.release();
        assertFalse(isFree(), "the transaction is active");
        assertTrue(transactions.commit());
        assertTrue(isFree());
    }

    @Test
    @DisplayName("a transaction that is still open at the end of a method keeps the method's lock")
    void shouldKeepForOpenTransaction() throws InterruptedException {
        Claim claim = CountedHold.firstClaimOn(other.acquire(LockRequest.of("order/42")));
        transactions.begin();

        assertEquals(Optional.empty(), binding.keepForOpenTransaction(List.of(claim)));

        claim.release();
        assertFalse(isFree(), "the transaction is active");
        assertTrue(transactions.commit());
        assertTrue(isFree());
    }

    @Test
    @DisplayName("a transaction that cannot keep the lock of a method is marked for rollback")
    void shouldReportLockThatIsNotKept() throws InterruptedException {
        Claim claim = CountedHold.firstClaimOn(other.acquire(LockRequest.of("order/42")));
        transactions.begin();
        transactions.refuseSynchronizations(new UnsupportedOperationException());

        assertId("HOLDFAST-0060", binding.keepForOpenTransaction(List.of(claim)).orElseThrow());

        claim.release();
        assertTrue(isFree());
        assertFalse(transactions.commit());
    }

    @Test
    @DisplayName("a lock that the transaction cannot keep is released")
    void shouldReleaseIfNotKept() throws InterruptedException {
        transactions.begin();
        RuntimeException refused = new UnsupportedOperationException();
        transactions.refuseSynchronizations(refused);

        assertSame(refused, assertThrows(RuntimeException.class, () -> acquire(REQUEST)));

        assertTrue(isFree());
    }

    @Test
    @DisplayName("a transaction that is marked for rollback commits nothing that the next holder could miss")
    void shouldNotKeepForRollback() throws InterruptedException {
        transactions.begin();
        transactions.setRollbackOnly();

        acquire(REQUEST).release();

        assertTrue(isFree());
        assertFalse(transactions.commit());
    }

    @Test
    @DisplayName("each action for a loss runs, until it is forgotten, and at once if the lock is lost already")
    void shouldRunLossActions() throws InterruptedException {
        CountedHold hold = CountedHold.firstClaimOn(other.acquire(LockRequest.of("order/42")))
                .hold();
        int[] runs = new int[3];
        Runnable forgotten = () -> runs[1]++;
        hold.onLoss(() -> runs[0]++);
        hold.onLoss(forgotten);
        hold.forgetLossAction(forgotten);

        locks.lose("order/42");
        hold.onLoss(() -> runs[2]++);

        assertEquals(List.of(1, 0, 1), List.of(runs[0], runs[1], runs[2]));
    }
}
