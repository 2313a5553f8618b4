// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.SkippingBean;
import io.holdfast.lock.it.beans.SkippingTimer;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code ifBusy = SKIP} and {@code minHold}, as timers need them. */
@ArquillianTest
public class LockedSkipIT extends ServerTest {

    @Inject
    private SkippingBean bean;

    @Inject
    private SkippingTimer timer;

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(
                LockedSkipIT.class,
                Map.of("holdfast.lock.configured.if-busy", "skip"),
                SkippingBean.class,
                SkippingTimer.class);
    }

    @Test
    @DisplayName("a setting for a lock name takes precedence over the annotation: a method that would fail is skipped")
    void shouldSkipBySetting() throws Exception {
        assertEquals("ran", bean.configured());
        try (LockHandle held = locker.acquire(LockRequest.of(Keys.SHARED))) {
            assertNull(bean.configured());
            assertTrue(held.isHeld());
        }
    }

    @Test
    @DisplayName("a method is skipped while another holder has its lock, and returns an empty result, such as null, 0"
            + " or an empty Optional")
    void shouldSkip() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.SHARED))) {
            bean.run(() -> ran.set(true));
            assertAll(
                    () -> assertFalse(ran.get()),
                    () -> assertEquals(0, bean.number()),
                    () -> assertFalse(bean.truth()),
                    () -> assertNull(bean.text()),
                    () -> assertEquals(Optional.empty(), bean.optional()),
                    () -> assertNull(bean.stage().toCompletableFuture().get(10, TimeUnit.SECONDS)),
                    () -> assertTrue(handle.isHeld()));
        }
        bean.run(() -> ran.set(true));
        assertAll(
                () -> assertTrue(ran.get()),
                () -> assertEquals(7, bean.number()),
                () -> assertTrue(bean.truth()),
                () -> assertEquals("ran", bean.text()),
                () -> assertEquals(Optional.of("ran"), bean.optional()),
                () -> assertEquals("ran", bean.stage().toCompletableFuture().get(10, TimeUnit.SECONDS)),
                () -> assertEquals(0, holders()));
    }

    @Test
    @DisplayName("with SKIP and a waitAtMost, a method waits for the lock before it is skipped")
    void shouldWaitBeforeSkipping() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        Future<String> waiting;
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.SHARED))) {
            waiting = executor.submit(() -> {
                thread.set(Thread.currentThread());
                return bean.patient();
            });
            PgLocks.eventually(
                    "it waits", () -> thread.get() != null && thread.get().getState() == Thread.State.TIMED_WAITING);
            assertTrue(handle.isHeld());
        }
        assertEquals("ran", waiting.get());
    }

    @Test
    @DisplayName("a timer does not run while another holder has its lock")
    void shouldSkipTimers() throws InterruptedException {
        PgLocks.eventually("it runs", () -> timer.runs() > 0);
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.TIMER))) {
            int before = timer.runs();
            PgLocks.letPass(Duration.ofMillis(2_500));
            assertEquals(before, timer.runs(), "it was due twice");
            assertTrue(handle.isHeld());
        }
        int before = timer.runs();
        PgLocks.eventually("it runs again", () -> timer.runs() > before);
    }

    @Test
    @DisplayName(
            "with minHold, the lock is kept after the method has ended, and the caller does not wait for its release")
    void shouldKeepLockForLeastTime() throws InterruptedException {
        long startNanos = System.nanoTime();
        assertEquals("ran", bean.brief());
        long callMillis = millisSince(startNanos);
        assertEquals(1, holders(), "kept");
        assertNull(bean.brief(), "so another run at the same time is left out");

        PgLocks.eventually("free", () -> holders() == 0);

        long heldMillis = millisSince(startNanos);
        assertTrue(callMillis < SkippingBean.MIN_HOLD_MILLIS, () -> "the call took " + callMillis + " ms");
        assertTrue(heldMillis >= SkippingBean.MIN_HOLD_MILLIS, () -> "held for " + heldMillis + " ms");
    }

    @Test
    @DisplayName("C22: with minHold, the lock is not released before the transaction has ended")
    void shouldKeepLockForTransaction() throws Exception {
        transaction.begin();
        bean.brief();
        PgLocks.letPass(Duration.ofMillis(2 * SkippingBean.MIN_HOLD_MILLIS));
        assertEquals(1, holders());

        transaction.commit();

        PgLocks.eventually("free", () -> holders() == 0);
    }

    private static long millisSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }
}
