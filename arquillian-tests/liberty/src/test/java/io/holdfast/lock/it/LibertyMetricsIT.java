// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
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
import org.junit.jupiter.api.Test;

/** Applications of one server have their metrics together. */
@ArquillianTest
@DisplayName("Open Liberty's metrics")
@RunAsClient
public class LibertyMetricsIT {

    private final HttpClient http = HttpClient.newHttpClient();

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = "metrics-first", managed = false, testable = false)
    static WebArchive first() {
        return Archives.war("metrics-first", Map.of(), LockServlet.class);
    }

    @Deployment(name = "metrics-second", managed = false, testable = false)
    static WebArchive second() {
        return Archives.war("metrics-second", Map.of(), LockServlet.class);
    }

    @Test
    @DisplayName("acquiring is counted and timed, also after another application has taken its metrics with it")
    void shouldCountAndTime() throws Exception {
        deployer.deploy("metrics-first");
        deployer.deploy("metrics-second");
        try {
            lock("metrics-first");
            lock("metrics-second");
            assertShown();
        } finally {
            deployer.undeploy("metrics-first");
        }
        try {
            lock("metrics-second");
            assertShown();
        } finally {
            deployer.undeploy("metrics-second");
        }
    }

    private void lock(String deployment) throws IOException, InterruptedException {
        String lock = "/" + deployment + "/lock?key=metrics&do=";
        assertEquals("true", answer(HttpRequest.newBuilder().POST(BodyPublishers.noBody()), lock + "try"));
        assertEquals("true", answer(HttpRequest.newBuilder().POST(BodyPublishers.noBody()), lock + "release"));
    }

    private void assertShown() throws IOException, InterruptedException {
        String metrics = answer(HttpRequest.newBuilder(), "/metrics?scope=application");
        assertTrue(metrics.contains("holdfast_acquire_calls_total"), metrics);
        assertTrue(metrics.contains("holdfast_acquire_time_seconds_count"), metrics);
    }

    private String answer(HttpRequest.Builder request, String path) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(request.uri(URI.create(Environment.url() + path)).build(), BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        return response.body();
    }
}
