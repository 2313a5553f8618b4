// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.KeyEjb;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Payara keeps the health checks of an EAR whose deployment has failed, and asks them until the server is restarted. */
@ArquillianTest
@RunAsClient
public class FailedApplicationIT {

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = "failing-ear", managed = false, testable = false)
    static EnterpriseArchive failing() {
        EnterpriseArchive ear = Archives.ear("failing-ear", new Class<?>[] {KeyEjb.class});
        ear.getAsType(WebArchive.class, "/failing-ear.war")
                .addClass(FailingListener.class)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
        return ear;
    }

    @Deployment(name = "after-failure", managed = false, testable = false)
    static WebArchive healthy() {
        return Archives.war("after-failure", Map.of(), LockServlet.class);
    }

    @Test
    @DisplayName("after a deployment that failed the health of the server can be asked, and it is ready")
    void shouldOutliveFailedDeployment() throws Exception {
        assertThrows(Exception.class, () -> deployer.deploy("failing-ear"));
        deployer.deploy("after-failure");
        try {
            String health = health();
            assertTrue(health.contains("\"stopped\""), health);
            assertTrue(health.contains("\"after-failure\""), health);
        } finally {
            deployer.undeploy("after-failure");
        }
    }

    private static String health() throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(Environment.url() + "/health/ready"))
                                .build(),
                        BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        return response.body();
    }
}
