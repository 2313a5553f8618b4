// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.KeyEjb;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
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
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On servers with MicroProfile Health. */
@Tag("microprofile-health")
@ArquillianTest
@RunAsClient
public class HealthIT {

    private final HttpClient http = HttpClient.newHttpClient();

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = "healthy", managed = false, testable = false)
    static WebArchive healthy() {
        return Archives.war("healthy", Map.of(), LockServlet.class);
    }

    @Deployment(name = "unhealthy", managed = false, testable = false)
    static WebArchive unhealthy() {
        return Archives.war(
                "unhealthy",
                Map.of("holdfast.datasource", "jdbc/nowhere", "holdfast.connection-timeout", "1s"),
                LockServlet.class);
    }

    @Deployment(name = "health-off", managed = false, testable = false)
    static WebArchive off() {
        return Archives.war("health-off", Map.of("holdfast.health", "false"), LockServlet.class);
    }

    @Deployment(name = "health-off-ear", managed = false, testable = false)
    static EnterpriseArchive offInEar() {
        return Archives.ear(
                "health-off-ear", Map.of("holdfast.health", "false"), new Class<?>[] {KeyEjb.class}, LockServlet.class);
    }

    @Deployment(name = "health-ear", managed = false, testable = false)
    static EnterpriseArchive ear() {
        return Archives.ear("health-ear", new Class<?>[] {KeyEjb.class}, LockServlet.class);
    }

    @Deployment(name = "busy", managed = false, testable = false)
    static WebArchive busy() {
        return Archives.war("busy", Map.of("holdfast.datasource", "jdbc/single"), LockServlet.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthy", "health-ear"})
    @DisplayName("the server is ready if the locks' own database can be asked; the check names its application")
    void shouldBeReady(String deployment) throws Exception {
        deployer.deploy(deployment);
        try {
            Health health = health();
            assertEquals(200, health.code(), health::toString);
            assertEquals("UP", health.check(deployment).getString("status"), health::toString);
        } finally {
            deployer.undeploy(deployment);
        }
    }

    @Test
    @DisplayName(
            "the server is not ready if the locks' own database cannot be reached, and says the kind of failure only")
    void shouldNotBeReady() throws Exception {
        deployer.deploy("unhealthy");
        try {
            assertDown("LockUnavailableException");
        } finally {
            deployer.undeploy("unhealthy");
        }
    }

    @Test
    @DisplayName("a database that accepts connections and does not answer is reported within a second")
    void shouldNotWaitForSilentDatabase() throws Exception {
        Nowhere silent = Nowhere.silentOutside();
        try {
            deployer.deploy("unhealthy");
            assertDown("LockConnectionTimeoutException");
            long begunNanos = System.nanoTime();
            assertDown("LockConnectionTimeoutException");
            long millis = (System.nanoTime() - begunNanos) / 1_000_000;
            assertTrue(millis < 1_000, () -> millis + " ms");
        } finally {
            silent.close();
            deployer.undeploy("unhealthy");
        }
    }

    private void assertDown(String failure) throws IOException, InterruptedException {
        Health health = health();
        assertEquals(503, health.code(), health::toString);
        JsonObject check = health.check("unhealthy");
        assertEquals("DOWN", check.getString("status"), health::toString);
        assertEquals(failure, check.getJsonObject("data").getString("failure"), health::toString);
    }

    @Test
    @DisplayName("a pool whose connections are all in use by locks is no reason to take the server out of service")
    void shouldBeReadyWithBusyPool() throws Exception {
        deployer.deploy("busy");
        try {
            RemoteDeployment application = new RemoteDeployment("one", "busy");
            assertEquals("true", application.post("lock?do=try&key=busy"));
            Health health = health();
            assertEquals(200, health.code(), health::toString);
            assertEquals("busy", health.check("busy").getJsonObject("data").getString("state"), health::toString);
            assertEquals("true", application.post("lock?do=release&key=busy"));
        } finally {
            deployer.undeploy("busy");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"health-off", "health-off-ear"})
    @DisplayName("there is no check where it is switched off")
    void shouldBeSwitchedOff(String deployment) throws Exception {
        deployer.deploy(deployment);
        try {
            Health health = health();
            assertEquals(200, health.code(), health::toString);
            assertFalse(health.body().contains(deployment), health::toString);
        } finally {
            deployer.undeploy(deployment);
        }
    }

    private record Health(int code, String body) {

        /** That of this application. */
        JsonObject check(String application) {
            return Json.createReader(new StringReader(body))
                    .readObject()
                    .getJsonArray("checks")
                    .getValuesAs(JsonObject.class)
                    .stream()
                    .filter(one -> one.getString("name").equals("holdfast"))
                    .filter(one -> application.equals(one.getJsonObject("data").getString("application")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(body));
        }
    }

    private Health health() throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(Environment.url() + "/health/ready"))
                        .build(),
                BodyHandlers.ofString());
        return new Health(response.statusCode(), response.body());
    }
}
