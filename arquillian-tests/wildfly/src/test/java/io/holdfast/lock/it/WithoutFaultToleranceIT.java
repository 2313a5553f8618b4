// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.testkit.RecordingListener;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs on the server's stock configuration, which has no MicroProfile Fault Tolerance. */
@ArquillianTest
@Tag("without-optional-apis")
public class WithoutFaultToleranceIT {

    @Inject
    private Locker locker;

    @Inject
    private CountingListener listener;

    @Deployment
    static WebArchive unreachable() {
        return Archives.war(
                "unreachable-plain",
                Map.of("holdfast.datasource", "jdbc/nowhere"),
                WithoutFaultToleranceIT.class,
                RecordingListener.class,
                CountingListener.class);
    }

    @Test
    @DisplayName("C26: without Fault Tolerance a database that cannot be reached is asked once")
    void shouldNotRetry() {
        listener.take();

        assertThrows(LockUnavailableException.class, () -> locker.acquire(LockRequest.of("unreachable")));

        assertEquals(List.of("failed"), listener.take());
    }
}
