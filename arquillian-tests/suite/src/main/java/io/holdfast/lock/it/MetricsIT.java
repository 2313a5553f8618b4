// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MicroProfile Metrics or Micrometer, where the applications of one server have their metrics together. */
@Tag("metrics")
@ArquillianTest
@RunAsClient
public class MetricsIT extends DeployingTest {

    @Deployment(name = "metrics-first", managed = false, testable = false)
    static WebArchive first() {
        return Archives.war("metrics-first", LockServlet.class);
    }

    @Deployment(name = "metrics-second", managed = false, testable = false)
    static WebArchive second() {
        return Archives.war("metrics-second", LockServlet.class);
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
    @DisplayName("each application has its own lock metrics, which remain when another application is undeployed with"
            + " its metrics")
    void shouldMeasureEachApplication() {
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
    @DisplayName("refreshes, unsuccessful waits, failures and losses are counted")
    void shouldMeasureWhatGoesWrong() throws Exception {
        whileDeployed("metrics-wrong", application -> {
            String key = "wrong";
            assertEquals("true", application.lock("try", key));
            assertEquals("done", application.lock("refresh", key));
            assertEquals("LockNotAcquiredException", application.lock("briefly", key));
            assertEquals("LockLimitException", application.lock("briefly", "one-too-many"));
            ServerView.endHolder(Long.parseLong(application.lock("id", key)));
            assertEquals("LockNotHeldException", application.lock("refresh", key));
            String metrics = metrics();
            for (String name : List.of("refreshed", "timed_out", "failed", "lost")) {
                assertEquals(1, value(metrics, "holdfast_" + name + "_total", "metrics-wrong"), name);
            }
            assertEquals(0, value(metrics, "holdfast_held", "metrics-wrong"));
        });
    }

    private static void lock(String deployment) {
        RemoteDeployment application = new RemoteDeployment(deployment);
        assertEquals("true", application.lock("try", deployment));
        assertEquals("false", application.lock("try", deployment));
    }

    private static void release(String deployment) {
        assertEquals("true", new RemoteDeployment(deployment).lock("release", deployment));
    }

    private static void assertMeasured(String application, int held) {
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

    private static String metrics() {
        HttpResponse<String> response = Http.send(HttpRequest.newBuilder(URI.create(Environment.metrics())));
        assertEquals(200, response.statusCode(), response.body());
        return response.body();
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
}
