// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
        return Archives.war("unhealthy", Map.of("holdfast.datasource", "jdbc/nowhere"), LockServlet.class);
    }

    @Test
    @DisplayName("the server is ready if the locks' own database can be asked")
    void shouldBeReady() throws Exception {
        assertCheck("healthy", 200, "UP");
    }

    @Test
    @DisplayName(
            "the server is not ready if the locks' own database cannot be reached, and says the kind of failure only")
    void shouldNotBeReady() throws Exception {
        JsonObject check = assertCheck("unhealthy", 503, "DOWN");
        assertEquals("LockUnavailableException", check.getJsonObject("data").getString("failure"));
    }

    private JsonObject assertCheck(String deployment, int code, String status)
            throws IOException, InterruptedException {
        deployer.deploy(deployment);
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(Environment.url() + "/health/ready"))
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(code, response.statusCode(), response.body());
            JsonObject check = Json.createReader(new StringReader(response.body()))
                    .readObject()
                    .getJsonArray("checks")
                    .getValuesAs(JsonObject.class)
                    .stream()
                    .filter(one -> one.getString("name").equals("holdfast"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(response.body()));
            assertEquals(status, check.getString("status"), response.body());
            return check;
        } finally {
            deployer.undeploy(deployment);
        }
    }
}
