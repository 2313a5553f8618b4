// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import io.holdfast.lock.testkit.InMemoryLocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code deep in a call chain asserts that a caller has locked. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RequireHeldIT extends ContainerTest {

    /** What may go wrong. */
    interface Body {
        void run() throws Exception;
    }

    /** Runs anything under locks. */
    @ApplicationScoped
    static class Callers {

        @Inject
        Inner inner;

        @Locked("order/#{id}")
        void outer(long id, Body body) throws Exception {
            inner.middle(body);
        }

        @Locked(value = "shared", mode = LockMode.SHARED)
        void shared(Body body) throws Exception {
            body.run();
        }

        @Locked("stage")
        CompletionStage<String> later(CompletableFuture<String> stage) {
            return stage;
        }
    }

    /** Is called by a bean that holds a lock. */
    @ApplicationScoped
    static class Inner {

        @Inject
        Innermost innermost;

        @Locked({"account/1", "account/2"})
        void middle(Body body) throws Exception {
            innermost.run(body);
        }
    }

    /** Is called by a bean that is called by a bean that holds a lock. */
    @ApplicationScoped
    static class Innermost {

        @Locked(value = "innermost", ttl = 3600)
        void run(Body body) throws Exception {
            body.run();
        }
    }

    private SeContainer application;
    private InMemoryLocking locking;
    private CurrentLock lock;
    private Callers callers;

    @BeforeEach
    void startApplication() {
        application = start(InMemoryLocking.class, Callers.class, Inner.class, Innermost.class);
        locking = application.select(InMemoryLocking.class).get();
        lock = application.select(CurrentLock.class).get();
        callers = application.select(Callers.class).get();
    }

    @AfterEach
    void endApplication() {
        application.close();
    }

    private IllegalStateException refused(String key) {
        return assertThrows(IllegalStateException.class, () -> lock.requireHeld(key));
    }

    @Test
    void shouldAcceptTheKeyOfEveryEnclosingMethod() throws Exception {
        callers.outer(7, () -> {
            lock.requireHeld("innermost");
            lock.requireHeld("account/1");
            lock.requireHeld("account/2");
            lock.requireHeld("order/7");
        });
        callers.shared(() -> lock.requireHeld("shared"));
    }

    @Test
    void shouldNameTheKeyAndTheKeysOfTheThread() throws Exception {
        callers.outer(7, () -> {
            String message = refused("order/8").getMessage();

            assertTrue(message.startsWith("HOLDFAST-0121: "), message);
            assertTrue(message.contains("has lock 'order/8': it has 'innermost', 'account/"), message);
            assertTrue(message.contains("', 'order/7'. "), message);
        });
    }

    @Test
    void shouldRefuseOutsideOfALockedMethod() throws Exception {
        String message = refused("order/7").getMessage();
        assertTrue(message.contains("has lock 'order/7': it is in no @Locked method."), message);

        callers.outer(7, () -> lock.requireHeld("order/7"));
        refused("order/7");
    }

    @Test
    void shouldRefuseOnAnotherThread() throws Exception {
        callers.outer(
                7, () -> CompletableFuture.runAsync(() -> refused("order/7")).join());
    }

    @Test
    void shouldRefuseAfterTheMethodHasReturnedAStage() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> result = callers.later(stage).toCompletableFuture();

        assertEquals(1, locking.locks().holders("stage").size());
        refused("stage");
        stage.complete("done");
        assertEquals("done", result.join());
    }

    @Test
    void shouldRefuseTheHandleOfALocker() throws Exception {
        application.select(Locker.class).get().withLock("order/7", () -> refused("order/7"));
    }

    @Test
    void shouldRefuseALockThatIsLost() throws Exception {
        Body body = () -> {
            lock.requireHeld("order/7");
            locking.locks().lose("order/7");
            LockNotHeldException failure = assertThrows(LockNotHeldException.class, () -> lock.requireHeld("order/7"));
            assertTrue(failure.getMessage().startsWith("HOLDFAST-0038: lock 'order/7' is lost"), failure::getMessage);
            assertDoesNotThrow(() -> lock.requireHeld("innermost"), "the other locks remain");
        };
        assertThrows(LockNotHeldException.class, () -> callers.outer(7, body));
    }

    @Test
    void shouldRefuseALockWhoseTtlHasPassed() throws Exception {
        Body body = () -> {
            lock.refresh(Duration.ofMillis(1));
            while (lock.isHeld()) {
                Thread.onSpinWait();
            }
            assertThrows(LockNotHeldException.class, () -> lock.requireHeld("innermost"));
            lock.requireHeld("order/7");
        };
        assertThrows(LockNotHeldException.class, () -> callers.outer(7, body));
    }

    @Test
    void shouldRefuseNull() throws Exception {
        callers.shared(() -> assertThrows(NullPointerException.class, () -> lock.requireHeld(null)));
    }
}
