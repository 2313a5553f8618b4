// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
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

/** MicroProfile Metrics or Micrometer, where the applications of one server have their metrics together. */
@Tag("metrics")
@ArquillianTest
@RunAsClient
public class MetricsIT {

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

    /** One lock at a time is all that it may have. */
    @Deployment(name = "metrics-wrong", managed = false, testable = false)
    static WebArchive wrong() {
        return Archives.war(
                "metrics-wrong",
                Map.of("holdfast.max-locks", "1", "holdfast.connection-timeout", "1s"),
                LockServlet.class);
    }

    @Test
    @DisplayName(
            "what happens to locks is measured for each application, also after another one has taken its metrics with it")
    void shouldMeasureEachApplication() throws Exception {
        deployer.deploy("metrics-first");
        deployer.deploy("metrics-second");
        try {
            lock("metrics-first");
            assertMeasured("metrics-first", 1);
            lock("metrics-second");
            assertMeasured("metrics-second", 1);
            assertMeasured("metrics-first", 1);
            release("metrics-first");
            assertMeasured("metrics-first", 0);
            assertMeasured("metrics-second", 1);
        } finally {
            deployer.undeploy("metrics-first");
        }
        try {
            assertFalse(metrics().contains("application=\"metrics-first\""), "gone with the application");
            assertMeasured("metrics-second", 1);
            release("metrics-second");
            lock("metrics-second");
            assertMeasured("metrics-second", 1);
            release("metrics-second");
        } finally {
            deployer.undeploy("metrics-second");
        }
    }

    @Test
    @DisplayName("refreshes, waits in vain, failures and losses are measured")
    void shouldMeasureWhatGoesWrong() throws Exception {
        deployer.deploy("metrics-wrong");
        try {
            assertEquals("true", post("metrics-wrong", "try"));
            assertEquals("done", post("metrics-wrong", "refresh"));
            assertEquals("LockNotAcquiredException", post("metrics-wrong", "briefly"));
            assertEquals("LockLimitException", post("metrics-wrong", "briefly", "one-too-many"));
            ServerView.endHolder(Long.parseLong(post("metrics-wrong", "id")));
            assertEquals("LockNotHeldException", post("metrics-wrong", "refresh"));
            String metrics = metrics();
            for (String name : List.of("refreshed", "timed_out", "failed", "lost")) {
                assertEquals(1, value(metrics, "holdfast_" + name + "_total", "metrics-wrong"), name);
            }
            assertEquals(0, value(metrics, "holdfast_held", "metrics-wrong"));
        } finally {
            deployer.undeploy("metrics-wrong");
        }
    }

    private void lock(String deployment) throws IOException, InterruptedException {
        assertEquals("true", post(deployment, "try"));
        assertEquals("false", post(deployment, "try"));
    }

    private void release(String deployment) throws IOException, InterruptedException {
        assertEquals("true", post(deployment, "release"));
    }

    private String post(String deployment, String what) throws IOException, InterruptedException {
        return post(deployment, what, deployment);
    }

    private String post(String deployment, String what, String key) throws IOException, InterruptedException {
        return answer(
                HttpRequest.newBuilder().POST(BodyPublishers.noBody()),
                Environment.url() + "/" + deployment + "/lock?key=" + key + "&do=" + what);
    }

    private void assertMeasured(String application, int held) throws IOException, InterruptedException {
        String metrics = metrics();
        assertEquals(held, value(metrics, "holdfast_held", application));
        assertEquals(0, value(metrics, "holdfast_waiting", application));
        assertTrue(value(metrics, "holdfast_acquire_time_seconds_count", application) >= 1, metrics);
        assertTrue(value(metrics, "holdfast_contended_total", application) >= 1, metrics);
        assertSeconds(metrics, application);
        if (held == 0) {
            assertTrue(value(metrics, "holdfast_released_total", application) >= 1, metrics);
            assertTrue(value(metrics, "holdfast_hold_time_seconds_count", application) >= 1, metrics);
        }
    }

    /** Of a lock that was acquired just now, in seconds and not in nanoseconds. */
    private static void assertSeconds(String metrics, String application) {
        List<String> shown = metrics.lines()
                .filter(line -> line.matches("holdfast_acquire_time_seconds_(max|mean)\\{.*")
                        && line.contains("application=\"" + application + "\""))
                .toList();
        assertFalse(shown.isEmpty(), metrics);
        shown.forEach(line -> {
            double seconds = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            assertTrue(seconds >= 0 && seconds < 60, line);
        });
    }

    private String metrics() throws IOException, InterruptedException {
        return answer(HttpRequest.newBuilder(), Environment.metrics());
    }

    private static double value(String metrics, String name, String application) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{")
                        && line.contains("application=\"" + application + "\"")
                        && line.contains("lock=\"unnamed\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " of " + application + " in:\n" + metrics));
    }

    private String answer(HttpRequest.Builder request, String url) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.uri(URI.create(url)).build(), BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        return response.body();
    }
}
