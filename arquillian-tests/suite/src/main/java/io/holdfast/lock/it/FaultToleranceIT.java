// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Retries and circuit breaker around acquiring, as they are configured. */
@ArquillianTest
public class FaultToleranceIT {

    private static final String RETRIES = "io.holdfast.lock.integration.LockAcquisition/acquire/Retry/maxRetries";
    private static final LockRequest REQUEST = LockRequest.of("fault-tolerance");

    @Inject
    private Locker locker;

    @Inject
    private CountingListener listener;

    @Deployment(name = "tuned")
    static WebArchive tuned() {
        return war("tuned", "jdbc/nowhere", "3");
    }

    @Deployment(name = "strict")
    static WebArchive strict() {
        return war("strict", "jdbc/holdfast", "2");
    }

    private static WebArchive war(String name, String dataSource, String failures) {
        return Archives.testWar(
                name,
                FaultToleranceIT.class,
                Map.of(
                        "holdfast.datasource",
                        dataSource,
                        "holdfast.connection-timeout",
                        "1s",
                        "holdfast.max-locks",
                        "2",
                        RETRIES,
                        "0",
                        "holdfast.breaker-failures",
                        failures,
                        "holdfast.breaker-delay",
                        "1h"),
                CountingListener.class);
    }

    @Test
    @OperateOnDeployment("tuned")
    @DisplayName("the number of retries and the threshold of the circuit breaker are configurable")
    void shouldBeTunable() {
        for (int i = 0; i < 3; i++) {
            assertThrows(LockUnavailableException.class, () -> locker.acquire(REQUEST, LockRequest.IMMEDIATE));
            assertEquals(List.of("failed"), listener.take(), "one attempt, no retry");
        }

        LockUnavailableException refused =
                assertThrows(LockUnavailableException.class, () -> locker.acquire(REQUEST, LockRequest.IMMEDIATE));

        assertTrue(refused.getMessage().contains("HOLDFAST-0107"), refused.getMessage());
        assertEquals(List.of(), listener.take(), "the database is not asked");
    }

    @Test
    @OperateOnDeployment("strict")
    @DisplayName("C6: contention, interruption, misuse and a reached limit never count as failures")
    void shouldCountNoOtherOutcome() throws Exception {
        LockRequest free = LockRequest.of("fault-tolerance/free");
        for (int i = 0; i < 3; i++) {
            LockHandle held = locker.acquire(REQUEST, LockRequest.IMMEDIATE);
            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(REQUEST, LockRequest.IMMEDIATE));
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> locker.acquire(free));
            assertThrows(IllegalStateException.class, () -> locker.acquire(free.scope(LockScope.TRANSACTION)));
            LockHandle second = locker.acquire(free);
            assertThrows(LockLimitException.class, () -> locker.acquire(LockRequest.of("fault-tolerance/third")));
            second.release();
            held.release();
        }

        locker.acquire(free).release();
    }
}
