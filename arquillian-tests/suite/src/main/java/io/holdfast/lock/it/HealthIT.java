// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.KeyEjb;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
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
public class HealthIT extends DeployingTest {

    @Deployment(name = "healthy", managed = false, testable = false)
    static WebArchive healthy() {
        return Archives.war("healthy", LockServlet.class);
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
    @DisplayName("the server is ready if the locks' database can be queried; the check names its application")
    void shouldBeReady(String deployment) throws Exception {
        whileDeployed(deployment, application -> {
            Health health = health();
            assertEquals(200, health.code(), health::toString);
            assertEquals("UP", health.check(deployment).getString("status"), health::toString);
        });
    }

    @Test
    @DisplayName("the server is not ready if the locks' database cannot be reached; the check reports only the kind of"
            + " failure")
    void shouldNotBeReady() throws Exception {
        whileDeployed("unhealthy", application -> assertDown("LockUnavailableException"));
    }

    @Test
    @DisplayName("a database that accepts connections but does not answer is reported within a second")
    void shouldNotWaitForSilentDatabase() throws Exception {
        Nowhere silent = Nowhere.silentOutside();
        whileDeployed("unhealthy", application -> {
            try {
                assertDown("LockConnectionTimeoutException");
                long begunNanos = System.nanoTime();
                assertDown("LockConnectionTimeoutException");
                long millis = (System.nanoTime() - begunNanos) / 1_000_000;
                assertTrue(millis < 1_000, () -> millis + " ms");
            } finally {
                silent.close();
            }
        });
    }

    private static void assertDown(String failure) {
        Health health = health();
        assertEquals(503, health.code(), health::toString);
        JsonObject check = health.check("unhealthy");
        assertEquals("DOWN", check.getString("status"), health::toString);
        assertEquals(failure, check.getJsonObject("data").getString("failure"), health::toString);
    }

    @Test
    @DisplayName("the server remains ready while locks use all connections of their pool")
    void shouldBeReadyWithBusyPool() throws Exception {
        whileDeployed("busy", application -> {
            assertEquals("true", application.lock("try", "busy"));
            Health health = health();
            assertEquals(200, health.code(), health::toString);
            assertEquals("busy", health.check("busy").getJsonObject("data").getString("state"), health::toString);
            assertEquals("true", application.lock("release", "busy"));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"health-off", "health-off-ear"})
    @DisplayName("if the health check is switched off, the server does not report it")
    void shouldBeSwitchedOff(String deployment) throws Exception {
        whileDeployed(deployment, application -> {
            Health health = health();
            assertEquals(200, health.code(), health::toString);
            assertFalse(health.body().contains(deployment), health::toString);
        });
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

    private static Health health() {
        HttpResponse<String> response = Http.get("health/ready");
        return new Health(response.statusCode(), response.body());
    }
}
