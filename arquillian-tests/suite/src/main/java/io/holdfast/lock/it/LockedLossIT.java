// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.it.beans.Keys;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code @Locked} methods whose lock is lost or has lapsed while they run. */
@ArquillianTest
@DisplayName("Locked call")
public class LockedLossIT extends LockedCallTest {

    private static final Set<Thread.State> WAITING = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    @Deployment
    static WebArchive deployment() {
        return war(LockedLossIT.class);
    }

    /** Ends the session, and returns when the locker knows it. */
    private String lose() throws InterruptedException {
        PgLocks.endSessionOf(locker.lockId(Keys.SHARED));
        PgLocks.eventually("the loss is known", () -> !current.isHeld());
        return "lost";
    }

    @Test
    @DisplayName("a CDI bean whose lock is lost does not commit its transaction, and the caller gets an exception")
    void shouldRollBackBean() {
        Rows rows = new Rows("lost_bean");

        assertThrows(
                LockNotHeldException.class,
                () -> bean.transactional(() -> {
                    rows.insert();
                    return lose();
                }));

        assertEquals(0, rows.count());
    }

    @Test
    @DisplayName("an EJB whose lock is lost does not commit its transaction, and the caller gets an exception")
    void shouldRollBackEjb() {
        Rows rows = new Rows("lost_ejb");

        Exception told = assertThrows(
                Exception.class,
                () -> ejb.call(() -> {
                    rows.insert();
                    return lose();
                }));

        assertInstanceOf(LockNotHeldException.class, unwrapped(told));
        assertEquals(0, rows.count());
    }

    @Test
    @DisplayName("C25: if a method whose lock is lost throws an exception, the exception passes through unchanged and"
            + " nothing is committed")
    void shouldRollBackWhenMethodThrows() {
        Rows rows = new Rows("lost_throwing");
        Exception mine = new Exception("mine, for which nothing is rolled back");

        for (Callable<Object> work : List.<Callable<Object>>of(
                () -> bean.transactional(() -> loseAndThrow(rows, mine)),
                () -> ejb.call(() -> loseAndThrow(rows, mine)))) {
            assertSame(mine, assertThrows(Exception.class, work::call));
            assertEquals(0, rows.count());
        }
    }

    private Object loseAndThrow(Rows rows, Exception failure) throws Exception {
        rows.insert();
        lose();
        throw failure;
    }

    @Test
    @DisplayName("a nested call is refused if the call chain has lost its lock")
    void shouldNotReenterLostLock() {
        assertThrows(
                LockNotHeldException.class,
                () -> bean.transactional(() -> {
                    lose();
                    String message = assertThrows(LockNotHeldException.class, () -> bean.interruptible(() -> "ran"))
                            .getMessage();
                    assertTrue(message.contains("HOLDFAST-0038"), message);
                    return null;
                }));
    }

    @Test
    @DisplayName("C3a: a nested call is refused if the ttl of the call chain's lock has passed")
    void shouldNotReenterLapsedLock() {
        Callable<Object> reentering = () -> {
            PgLocks.eventually("the ttl passes", () -> !current.isHeld());
            String message = assertThrows(LockNotHeldException.class, () -> bean.interruptible(() -> "ran"))
                    .getMessage();
            assertTrue(message.contains("HOLDFAST-0038"), message);
            return null;
        };

        assertThrows(LockNotHeldException.class, () -> bean.lapsing(reentering));
        assertThrows(LockNotHeldException.class, () -> bean.lapsingAtTheServer(reentering));
    }

    @Test
    @DisplayName("C3a: a nested call that waits for a second key does not run if the lock of the call chain is lost"
            + " during the wait")
    void shouldNotStartUnderLockLostWhileWaiting() throws Exception {
        LockHandle other = locker.acquire(LockRequest.of("inner/1"));
        Thread caller = Thread.currentThread();

        try (LockLog log = new LockLog()) {
            assertThrows(
                    LockNotHeldException.class,
                    () -> bean.outer("1", outer -> {
                        executor.submit(() -> {
                            PgLocks.eventually("it waits", () -> WAITING.contains(caller.getState()));
                            PgLocks.endSessionOf(locker.lockId("outer/1"));
                            PgLocks.eventually("the loss is known", () -> log.has("HOLDFAST-0011", "outer/1"));
                            other.release();
                            return null;
                        });
                        String message = assertThrows(
                                        LockNotHeldException.class, () -> bean.patient("1", inner -> "ran"))
                                .getMessage();
                        assertTrue(message.contains("HOLDFAST-0038"), message);
                        return null;
                    }));
        }
    }

    @Test
    @DisplayName("with onLoss = INTERRUPT, a method is interrupted when its lock is lost; its thread is not left"
            + " interrupted")
    void shouldInterrupt() throws Exception {
        Callable<Object> losing = () -> bean.interruptible(() -> {
            PgLocks.endSessionOf(locker.lockId(Keys.SHARED));
            PgLocks.letPass(Duration.ofSeconds(30));
            return "not interrupted";
        });
        InterruptedException interrupted = assertThrows(InterruptedException.class, losing::call);
        assertInstanceOf(LockNotHeldException.class, interrupted.getSuppressed()[0]);
        assertThrows(InterruptedException.class, () -> bean.transactional(losing), "in an inner call, too");

        assertThrows(
                LockNotHeldException.class,
                () -> bean.interruptible(() -> {
                    PgLocks.endSessionOf(locker.lockId(Keys.SHARED));
                    awaitInterruptFlag();
                    return "does not look at its flag";
                }));
        assertFalse(Thread.currentThread().isInterrupted());

        assertEquals("ran", bean.interruptible(() -> "ran"));
    }

    private static void awaitInterruptFlag() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Thread.currentThread().isInterrupted() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
