// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDomain;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.DomainEjb;
import io.holdfast.lock.it.beans.WrongDomainBean;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Several lockers in one application, each with its own data source. */
@ArquillianTest
public class LockDomainIT extends DeployingTest {

    private static final String KEY = "domain/order";
    private static final LockRequest REQUEST = LockRequest.of(KEY);

    @Inject
    private Locker locker;

    @Inject
    @LockDomain("billing")
    private Locker billing;

    @Inject
    private LockAdmin admin;

    @Inject
    @LockDomain("billing")
    private LockAdmin billingAdmin;

    @Inject
    @Any
    private Instance<Locker> lockers;

    @Inject
    private DomainEjb ejb;

    @Deployment(name = "domains")
    static EnterpriseArchive domains() {
        EnterpriseArchive ear = Archives.testEar(
                LockDomainIT.class,
                Map.of(
                        "holdfast.billing.datasource", "jdbc/work",
                        "holdfast.billing.namespace", "2",
                        "holdfast.far-away.datasource", "jdbc/nowhere",
                        "holdfast.far-away.connection-timeout", "1s",
                        "holdfast.far-away.breaker-failures", "3",
                        "holdfast.far-away.breaker-delay", "1h",
                        "io.holdfast.lock.integration.LockAcquisition/acquire/Retry/maxRetries", "0"),
                DomainEjb.class);
        // A parameter of lambdas of this test, whose methods are looked at inside the server, too.
        Archives.web(ear).addClass(RemoteDeployment.class);
        return ear;
    }

    @Deployment(name = "domain-servlet", managed = false, testable = false)
    static WebArchive servlet() {
        return Archives.war(
                "domain-servlet",
                Map.of("holdfast.billing.datasource", "jdbc/work", "holdfast.billing.namespace", "2"),
                DomainServlet.class);
    }

    @Deployment(name = "wrong-domain", managed = false, testable = false)
    static WebArchive wrong() {
        return Archives.war("wrong-domain", Map.of("holdfast.billing.datasource", "jdbc/work"), WrongDomainBean.class);
    }

    @Test
    @OperateOnDeployment("domains")
    @DisplayName("the lockers of two domains lock independently of each other, both in an EJB jar and in a WAR")
    void shouldLockApart() throws Exception {
        assertNotEquals(locker.lockId(KEY), billing.lockId(KEY));
        assertEquals(billing.lockId(KEY), ejb.lockId(KEY));
        try (LockHandle held = locker.acquire(REQUEST, LockRequest.IMMEDIATE)) {
            billing.acquire(REQUEST, LockRequest.IMMEDIATE).release();
            assertTrue(held.isHeld());
        }
        try (LockHandle held = billing.acquire(REQUEST, LockRequest.IMMEDIATE)) {
            assertTrue(lockers.select(LockDomain.Literal.of("billing"))
                    .get()
                    .tryAcquire(REQUEST)
                    .isEmpty());
            assertTrue(held.isHeld());
        }
    }

    @Test
    @OperateOnDeployment("domains")
    @DisplayName("the LockAdmin of a domain shows only the locks of that domain")
    void shouldAdministerApart() throws Exception {
        try (LockHandle held = billing.acquire(REQUEST, LockRequest.IMMEDIATE)) {
            assertTrue(billingAdmin.lock(KEY).isPresent());
            assertTrue(admin.lock(KEY).isEmpty());
            assertTrue(held.isHeld());
        }
    }

    @Test
    @OperateOnDeployment("domains")
    @DisplayName(
            "@Locked acquires the lock of its domain, even within a call that holds the same key in a different domain")
    void shouldLockMethodsInTheirDomain() throws Exception {
        assertEquals(List.of(0, 1), ejb.inBilling(this::holders));
        assertEquals(List.of(1, 1), ejb.inBoth(this::holders));
        assertEquals(List.of(0, 0), holders());
    }

    private List<Integer> holders() {
        return List.of(PgLocks.holders(locker.lockId(KEY)), PgLocks.holders(billing.lockId(KEY)));
    }

    @Test
    @OperateOnDeployment("domains")
    @DisplayName("an unreachable database opens the circuit breaker of its own domain only")
    void shouldFailApart() throws Exception {
        Locker farAway = lockers.select(LockDomain.Literal.of("far-away")).get();
        for (int i = 0; i < 12; i++) {
            LockUnavailableException failure =
                    assertThrows(LockUnavailableException.class, () -> farAway.acquire(REQUEST, LockRequest.IMMEDIATE));
            String message = failure.getMessage();
            assertEquals(i >= 3, message.contains("HOLDFAST-0107") && message.contains("'far-away'"), message);
        }

        billing.acquire(REQUEST, LockRequest.IMMEDIATE).release();
        locker.acquire(REQUEST, LockRequest.IMMEDIATE).release();
    }

    @Test
    @RunAsClient
    @DisplayName("C19: undeploying releases the locks of every domain")
    void shouldReleaseAtUndeployment() throws Exception {
        List<Long> lockId = new ArrayList<>();
        whileDeployed("domain-servlet", application -> {
            lockId.add(Long.parseLong(application.post("domain")));
            assertEquals(1, ServerView.rows(lockId));
        });
        assertEquals(0, ServerView.rows(lockId));
    }

    @Test
    @RunAsClient
    @DisplayName("C24: a domain without a data source fails the deployment")
    void shouldRefuseDomainWithoutDataSource() {
        assertFails("wrong-domain", "HOLDFAST-0051", "holdfast.biling.datasource", "[biling, billing]");
    }
}
