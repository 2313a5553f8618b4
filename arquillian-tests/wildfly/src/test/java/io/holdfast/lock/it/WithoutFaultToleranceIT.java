// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.CdiBean;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.StatelessEjb;
import io.holdfast.lock.testkit.RecordingListener;
import jakarta.ejb.EJB;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs on the server's stock configuration, which has neither MicroProfile Fault Tolerance nor Metrics. */
@ArquillianTest
@Tag("without-fault-tolerance")
public class WithoutFaultToleranceIT {

    private static final String FAULT_TOLERANCE = "org.eclipse.microprofile.faulttolerance.Retry";
    private static final String METRICS = "org.eclipse.microprofile.metrics.annotation.Timed";

    @Inject
    private Locker locker;

    @Inject
    private CountingListener listener;

    @Inject
    private CdiBean bean;

    @EJB
    private StatelessEjb ejb;

    @Deployment(name = "reachable")
    static WebArchive reachable() {
        return war("reachable", Map.of());
    }

    @Deployment(name = "unreachable")
    static WebArchive unreachable() {
        return war("unreachable-plain", Map.of("holdfast.datasource", "jdbc/nowhere"));
    }

    private static WebArchive war(String name, Map<String, String> settings) {
        return Archives.war(
                name,
                settings,
                WithoutFaultToleranceIT.class,
                RecordingListener.class,
                CountingListener.class,
                Keys.class,
                CdiBean.class,
                StatelessEjb.class,
                PgLocks.class);
    }

    @Test
    @OperateOnDeployment("reachable")
    @DisplayName("C26: the locks work where the optional APIs are missing")
    void shouldLock() throws Exception {
        assertThrows(ClassNotFoundException.class, () -> Class.forName(FAULT_TOLERANCE));
        assertThrows(ClassNotFoundException.class, () -> Class.forName(METRICS));

        long lockId = locker.lockId(Keys.SHARED);
        assertEquals(1, ejb.call(() -> PgLocks.holders(lockId)));
        assertEquals(1, bean.call(() -> PgLocks.holders(lockId)));
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.SHARED))) {
            assertTrue(handle.isHeld());
            assertThrows(LockNotAcquiredException.class, () -> bean.call(() -> "ran"));
            assertThrows(LockNotAcquiredException.class, () -> ejb.call(() -> "ran"), "not inside an EJBException");
        }
    }

    @Test
    @OperateOnDeployment("unreachable")
    @DisplayName("C26: without Fault Tolerance a database that cannot be reached is asked once")
    void shouldNotRetry() {
        listener.take();

        assertThrows(LockUnavailableException.class, () -> locker.acquire(LockRequest.of("unreachable")));

        assertEquals(List.of("failed"), listener.take());
    }
}
