// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.it.beans.Keys;
import jakarta.ejb.EJBException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code @Locked} methods that call each other, and that look at their lock. */
@ArquillianTest
public class LockedCallIT extends LockedCallTest {

    @Deployment
    static WebArchive deployment() {
        return war(LockedCallIT.class);
    }

    // ---- re-entry

    @Test
    @DisplayName("a nested call reuses the lock that its call chain holds; the lock is released when the outermost call"
            + " ends")
    void shouldReenter() {
        int[] holders = bean.outer("1", outer -> {
            int inside = bean.inner("1", inner -> bean.outer("1", again -> holdersOf("outer/1", "inner/1")));
            return new int[] {inside, holdersOf("outer/1"), holdersOf("inner/1")};
        });

        assertEquals(2, holders[0], "one lock of each key");
        assertEquals(1, holders[1], "held after the inner call");
        assertEquals(0, holders[2], "what only the inner call asked for ends with it");
    }

    @Test
    @DisplayName(
            "C1: a different thread is a separate call chain and is refused the lock while the first chain holds it")
    void shouldNotReenterOnOtherThreads() {
        bean.outer("1", outer -> {
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> executor.submit(() -> bean.outer("1", other -> "ran")).get());
            return assertInstanceOf(LockNotAcquiredException.class, refused.getCause());
        });
    }

    @Test
    @DisplayName("a SHARED lock does not become EXCLUSIVE within its call chain: the call is refused instead of waiting"
            + " for itself")
    void shouldNotUpgrade() {
        String message = bean.shared(
                "1",
                outer -> assertThrows(IllegalStateException.class, () -> bean.inNewTransaction("1", inner -> "ran"))
                        .getMessage());
        assertTrue(message.contains("HOLDFAST-0036") && message.contains("outer/1"), message);
        assertEquals("ran", bean.shared("1", outer -> bean.shared("1", inner -> "ran")));
        assertEquals("ran", bean.inNewTransaction("1", outer -> bean.shared("1", inner -> "ran")));
    }

    @Test
    @DisplayName("C22: a nested call that begins a transaction reuses the lock already held, and the lock outlives that"
            + " transaction")
    void shouldReenterInNewTransaction() {
        int[] holders = bean.outer("1", outer -> new int[] {
            bean.inNewTransaction("1", inner -> holdersOf("outer/1")),
            holdersOf("outer/1"),
            bean.ofTransaction("1", inner -> holdersOf("outer/1")),
            holdersOf("outer/1")
        });

        assertEquals(
                List.of(1, 1, 1, 1), java.util.Arrays.stream(holders).boxed().toList());
    }

    @Test
    @DisplayName("C22: a transaction that is active when a nested call reuses the lock keeps it after the outermost"
            + " call has ended")
    void shouldKeepLockForTransactionOfInnerCall() throws Exception {
        bean.outer("1", outer -> {
            try {
                transaction.begin();
                return bean.inner("1", inner -> "ran");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(2, holdersOf("outer/1", "inner/1"), "the transaction has not ended");

        transaction.commit();

        PgLocks.eventually("free", () -> holdersOf("outer/1", "inner/1") == 0);
    }

    @Test
    @DisplayName("C22: a nested call in a different transaction does not reuse the lock, because it would not see the"
            + " caller's uncommitted work")
    void shouldNotReenterInOtherTransaction() throws Exception {
        for (Callable<Object> work : List.<Callable<Object>>of(
                () -> bean.transactional(this::refusedInNewTransaction),
                () -> ejb.call(this::refusedInNewTransaction))) {
            String message = (String) work.call();
            assertTrue(message.contains("HOLDFAST-0041") && message.contains(Keys.SHARED), message);
        }
        assertEquals("ran", bean.transactional(() -> ejb.call(() -> bean.interruptible(() -> "ran"))));
        assertEquals("ran", bean.interruptible(() -> ejb.callInNewTransaction(() -> "ran")));
    }

    /** Each suspends the transaction of its caller. */
    private List<Callable<Object>> suspending() {
        return List.of(() -> bean.requiresNew(() -> "ran"), () -> bean.notSupported(() -> "ran"));
    }

    @Test
    @DisplayName("C22: a @Transactional bean that suspends its caller's transaction is refused the caller's lock")
    void shouldNotReenterInOtherTransactionOfBean() throws Exception {
        for (Callable<Object> inner : suspending()) {
            Callable<Object> refused = () -> {
                assertMessage("HOLDFAST-0041", inner);
                return null;
            };
            bean.transactional(refused);
            ejb.call(refused);
            bean.requiresNew(refused);
            assertEquals("ran", bean.interruptible(inner), "no transaction is suspended");
        }
    }

    @Test
    @DisplayName("C22: a @Transactional bean that suspends a UserTransaction is refused a lock that the UserTransaction"
            + " keeps or was begun under")
    void shouldNotReenterInOtherTransactionThanUserTransaction() throws Exception {
        for (Callable<Object> inner : suspending()) {
            bean.interruptible(() -> {
                transaction.begin();
                assertMessage("HOLDFAST-0041", inner);
                transaction.rollback();
                return null;
            });
            transaction.begin();
            bean.interruptible(() -> "ran");
            assertMessage("HOLDFAST-0041", inner);
            transaction.rollback();
        }
    }

    @Test
    @DisplayName(
            "a method does not run if its caller's transaction times out while the method waits for its lock or locks")
    void shouldNotRunAfterTransactionTimedOut() throws Exception {
        assertNotRunAfterTransactionTimedOut(Keys.SHARED, () -> bean.interruptible(() -> "ran"));
        assertNotRunAfterTransactionTimedOut(Keys.SHARED, () -> ejb.call(() -> "ran"));
        assertNotRunAfterTransactionTimedOut("outer/1", () -> bean.patient("1", lock -> "ran"));
    }

    private void assertNotRunAfterTransactionTimedOut(String key, Callable<Object> waiting) throws Exception {
        long lockId = locker.lockId(key);
        CountDownLatch held = new CountDownLatch(1);
        Future<Object> holder = executor.submit(() -> PgLocks.holding(lockId, () -> {
            held.countDown();
            PgLocks.eventually("it waits", () -> PgLocks.waiters(lockId) == 1);
            PgLocks.letPass(Duration.ofSeconds(2)); // the transaction times out
            return null;
        }));
        held.await();
        inTransactionThatTimesOut(() -> {
            Exception refused = assertThrows(Exception.class, waiting::call);
            String message = String.valueOf(unwrapped(refused).getMessage());
            assertTrue(message.contains("HOLDFAST-0061"), refused::toString);
        });
        holder.get();
        nothingIsLeft();
    }

    private String refusedInNewTransaction() {
        return assertThrows(EJBException.class, () -> ejb.callInNewTransaction(() -> "ran"))
                .getCause()
                .getMessage();
    }

    // ---- the current lock

    @Test
    @DisplayName("the injected CurrentLock is the lock of the innermost method: its keys, whether it is held, its"
            + " fencing token and its ttl")
    void shouldInjectCurrentLock() {
        Optional<FencingToken> first = bean.outer("1", lock -> {
            assertAll(
                    () -> assertEquals(List.of("outer/1"), lock.keys()),
                    () -> assertTrue(lock.isHeld()),
                    () -> lock.refresh(Duration.ofSeconds(90)),
                    () -> assertEquals(List.of("outer/1"), current.keys(), "for any bean that injects it"));
            Optional<FencingToken> token = lock.fencingToken();
            bean.inner("1", inner -> {
                assertEquals(
                        List.of("inner/1", "outer/1"),
                        inner.keys().stream().sorted().toList());
                assertTrue(inner.isHeld());
                assertMessage("HOLDFAST-0040", inner::fencingToken);
                return null;
            });
            assertEquals(List.of("outer/1"), lock.keys(), "the outer one's again");
            assertEquals(token, bean.outer("1", CurrentLock::fencingToken), "one grant, one token");
            return token;
        });

        Optional<FencingToken> second = bean.outer("1", CurrentLock::fencingToken);
        assertTrue(second.orElseThrow().compareTo(first.orElseThrow()) > 0, "it grows with every grant");
        assertMessage("HOLDFAST-0039", current::isHeld);
        assertMessage("HOLDFAST-0037", () -> bean.inNewTransaction("1", outer -> bean.outer("1", inner -> "ran")));
    }

    private static void assertMessage(String id, Callable<?> call) {
        String message = assertThrows(IllegalStateException.class, call::call).getMessage();
        assertTrue(message.contains(id), message);
    }
}
