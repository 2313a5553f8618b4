// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a server without MicroProfile Fault Tolerance, as the stock configuration is. */
@ArquillianTest
@Tag("without-optional-apis")
@DisplayName("Without MicroProfile Fault Tolerance")
public class WithoutFaultToleranceIT {

    @Inject
    private Locker locker;

    @Inject
    private CountingListener listener;

    @Deployment
    static WebArchive unreachable() {
        return Archives.testWar(
                WithoutFaultToleranceIT.class,
                Map.of(
                        "holdfast.datasource", "jdbc/nowhere",
                        "holdfast.connection-timeout", "1s",
                        "holdfast.breaker-failures", "3",
                        "holdfast.breaker-delay", "1h"),
                CountingListener.class);
    }

    @Test
    @DisplayName("C26: without Fault Tolerance, each call makes one attempt, and the circuit breaker still opens")
    void shouldBreakWithoutRetries() {
        listener.take();
        for (int i = 0; i < 3; i++) {
            assertThrows(LockUnavailableException.class, () -> locker.acquire(LockRequest.of("unreachable")));
            assertEquals(List.of("failed"), listener.take());
        }

        LockUnavailableException refused =
                assertThrows(LockUnavailableException.class, () -> locker.acquire(LockRequest.of("unreachable")));

        assertTrue(refused.getMessage().contains("HOLDFAST-0107"), refused.getMessage());
        assertEquals(List.of(), listener.take(), "the database is not asked");
    }
}
