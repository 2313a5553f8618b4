// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.KeyEjb;
import java.net.http.HttpResponse;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Payara keeps the health checks of an EAR whose deployment has failed, and asks them until the server is restarted. */
@ArquillianTest
@RunAsClient
public class FailedApplicationIT extends DeployingTest {

    @Deployment(name = "failing-ear", managed = false, testable = false)
    static EnterpriseArchive failing() {
        EnterpriseArchive ear = Archives.ear("failing-ear", new Class<?>[] {KeyEjb.class});
        Archives.web(ear).addClass(FailingListener.class).addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
        return ear;
    }

    @Deployment(name = "after-failure", managed = false, testable = false)
    static WebArchive healthy() {
        return Archives.war("after-failure", LockServlet.class);
    }

    @Test
    @DisplayName("after a failed deployment, the server still answers health checks and is ready")
    void shouldOutliveFailedDeployment() throws Exception {
        assertThrows(Exception.class, () -> deployer.deploy("failing-ear"));
        whileDeployed("after-failure", application -> {
            HttpResponse<String> health = Http.get("health/ready");
            assertEquals(200, health.statusCode(), health::body);
            assertTrue(health.body().contains("\"stopped\""), health::body);
            assertTrue(health.body().contains("\"after-failure\""), health::body);
        });
    }
}
