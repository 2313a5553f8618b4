// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockException;
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
import org.junit.jupiter.api.Test;

/** MicroProfile Fault Tolerance around acquiring, on a database that nobody reaches. */
@ArquillianTest
public class UnreachableDatabaseIT {

    private static final LockRequest REQUEST = LockRequest.of("unreachable");

    @Inject
    private Locker locker;

    @Inject
    private CountingListener listener;

    @Deployment
    static WebArchive deployment() {
        return Archives.war(
                "unreachable",
                Map.of("holdfast.datasource", "jdbc/nowhere", "holdfast.connection-timeout", "1s"),
                UnreachableDatabaseIT.class,
                RecordingListener.class,
                CountingListener.class);
    }

    @Test
    @DisplayName("acquiring is tried three times, and after several failures refused without asking the database")
    void shouldRetryAndThenBreak() {
        LockException failure = assertThrows(LockUnavailableException.class, () -> locker.acquire(REQUEST));
        assertTrue(failure.getMessage().contains("HOLDFAST-0004"), failure.getMessage());
        assertEquals(List.of("failed", "failed", "failed"), listener.take());

        for (int i = 0; i < 4; i++) {
            failure = assertThrows(LockUnavailableException.class, () -> locker.tryAcquire(REQUEST));
        }
        assertTrue(failure.getMessage().contains("HOLDFAST-0107"), failure.getMessage());
        assertTrue(failure.getMessage().contains("CircuitBreakerOpen"), failure.getMessage());
        listener.take();
        assertThrows(LockUnavailableException.class, () -> locker.tryAcquire(REQUEST));
        assertEquals(List.of(), listener.take(), "the database is not asked");
    }
}
