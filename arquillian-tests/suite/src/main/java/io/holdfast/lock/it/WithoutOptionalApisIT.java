// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.CdiBean;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.StatelessEjb;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * On a server that has no more than the locks need: WildFly with the APIs of its stock configuration, the fewest features of Open Liberty, and Payara
 * with its services switched off.
 */
@ArquillianTest
@Tag("without-optional-apis")
@DisplayName("Without optional APIs")
public class WithoutOptionalApisIT {

    private static final String SWITCHED_OFF = "the server always has the APIs; the locks work if its services for"
            + " Fault Tolerance, Metrics and Health are switched off";

    private static final Class<?>[] BEANS = {CdiBean.class, StatelessEjb.class, LockLog.class};

    @Inject
    private Locker locker;

    @Inject
    private CdiBean bean;

    @Inject
    private StatelessEjb ejb;

    @Deployment(name = "plain-war")
    static WebArchive war() {
        return Archives.testWar("plain-war", WithoutOptionalApisIT.class, Map.of(), BEANS);
    }

    @Deployment(name = "plain-ear")
    static EnterpriseArchive ear() {
        return Archives.testEar("plain-ear", WithoutOptionalApisIT.class, Map.of(), BEANS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.eclipse.microprofile.faulttolerance.Retry",
                "org.eclipse.microprofile.metrics.MetricRegistry",
                "org.eclipse.microprofile.health.HealthCheck",
                "io.opentelemetry.api.OpenTelemetry",
                "io.micrometer.core.instrument.MeterRegistry"
            })
    @OperateOnDeployment("plain-war")
    @Tag("optional-apis-missing")
    @DisplayName("the server does not provide the optional APIs")
    void shouldHaveNone(String type) {
        assertThrows(ClassNotFoundException.class, () -> Class.forName(type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"metrics", "health"})
    @RunAsClient
    @OperateOnDeployment("plain-war")
    @DisplayName("the server does not serve metrics or health checks")
    void shouldServeNone(String service) {
        HttpResponse<String> response = Http.get(service);
        assertTrue(response.statusCode() >= 400, response::toString);
    }

    @Test
    @Differs(on = "Payara", how = SWITCHED_OFF)
    @OperateOnDeployment("plain-war")
    @DisplayName("C26: the locks of a WAR work if the optional APIs are missing")
    void shouldLockInWar() throws Exception {
        assertLocks();
    }

    @Test
    @Differs(on = "Payara", how = SWITCHED_OFF)
    @OperateOnDeployment("plain-ear")
    @DisplayName("C26: the locks of an EAR work if the optional APIs are missing")
    void shouldLockInEar() throws Exception {
        assertLocks();
    }

    private void assertLocks() throws Exception {
        try (LockLog log = new LockLog()) {
            assertExclusive();
            assertFalse(log.has("HOLDFAST-0014"), "no listener failed");
        }
    }

    private void assertExclusive() throws Exception {
        long lockId = locker.lockId(Keys.SHARED);
        assertEquals(1, ejb.call(() -> PgLocks.holders(lockId)));
        assertEquals(1, bean.call(() -> PgLocks.holders(lockId)));
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.SHARED))) {
            assertTrue(handle.isHeld());
            assertThrows(LockNotAcquiredException.class, () -> bean.call(() -> "ran"));
            assertThrows(Exception.class, () -> ejb.call(() -> "ran"));
        }
        assertEquals(0, PgLocks.holders(lockId));
    }
}
