// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockState;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Records how the holder of one lock is notified of its loss. */
final class Loss implements LockListener {

    private final CountDownLatch told = new CountDownLatch(2);
    private final AtomicInteger actions = new AtomicInteger();
    private final AtomicInteger events = new AtomicInteger();
    private final AtomicInteger suspicions = new AtomicInteger();
    private final String key;

    Loss(String key) {
        this.key = key;
    }

    LockHandle watch(LockHandle handle) {
        handle.onLost(() -> {
            actions.incrementAndGet();
            told.countDown();
        });
        return handle;
    }

    @Override
    public void suspected(LockAttempt attempt, LockHandle handle) {
        if (handle.key().equals(key)) {
            suspicions.incrementAndGet();
        }
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        if (handle.key().equals(key)) {
            events.incrementAndGet();
            told.countDown();
        }
    }

    int suspicions() {
        return suspicions.get();
    }

    /** Both ways of telling have come, and the handle is of no more use. */
    void assertToldWithin(Duration bound, LockHandle handle) throws InterruptedException {
        assertTrue(
                told.await(bound.toNanos(), TimeUnit.NANOSECONDS),
                () -> "not told within " + bound + ": onLost " + actions + ", listener " + events + ", state "
                        + handle.state());
        assertAll(
                () -> assertEquals(LockState.LOST, handle.state()),
                () -> assertThrows(LockNotHeldException.class, () -> handle.refresh(handle.ttl())),
                () -> assertThrows(LockNotHeldException.class, handle::release));
        handle.close();
    }

    /** To be called last: nobody is notified twice, whatever happens after the loss. */
    void assertToldOnce() {
        assertAll(() -> assertEquals(1, actions.get(), "onLost"), () -> assertEquals(1, events.get(), "listener"));
    }
}
