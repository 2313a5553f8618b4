// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The operations endpoint, from a WAR's WEB-INF/lib and an EAR's lib. */
@ArquillianTest
@RunAsClient
public class OperationsIT {

    private static final String ROLE = "holdfast-operator";
    private static final String KEY = "operations/1";

    private final HttpClient http = HttpClient.newHttpClient();

    @Deployment(name = "operations-off", testable = false)
    static WebArchive off() {
        return Archives.war("operations-off", Map.of(), ScanningApi.class, HeaderLogin.class);
    }

    @Deployment(name = "operations-war", testable = false)
    static WebArchive war() {
        return Archives.war(
                "operations-war",
                Map.of("holdfast.operations-role", ROLE),
                ScanningApi.class,
                HeaderLogin.class,
                LockServlet.class);
    }

    @Deployment(name = "operations-unreachable", testable = false)
    static WebArchive unreachable() {
        return Archives.war(
                "operations-unreachable",
                Map.of("holdfast.operations-role", ROLE, "holdfast.datasource", "jdbc/nowhere"),
                ScanningApi.class,
                HeaderLogin.class);
    }

    @Deployment(name = "operations-ear", testable = false)
    static EnterpriseArchive ear() {
        return ShrinkWrap.create(EnterpriseArchive.class, "operations-ear.ear")
                .addAsLibraries(Archives.jars())
                .addAsLibrary(ShrinkWrap.create(JavaArchive.class, "settings.jar")
                        .addAsManifestResource(
                                Archives.text(
                                        "holdfast.datasource=jdbc/holdfast\nholdfast.operations-role=" + ROLE + "\n"),
                                "microprofile-config.properties"))
                .addAsModule(ShrinkWrap.create(WebArchive.class, "operations-ear.war")
                        .addClasses(ListingApi.class, HeaderLogin.class, LockServlet.class)
                        // WildFly injects nothing into the servlets of an EAR's WAR that has neither beans nor this.
                        .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml"));
    }

    @Test
    @DisplayName("the operations endpoint is off unless a role is set, also where the server registers it unasked")
    void shouldBeOffByDefault() throws Exception {
        assertEquals(404, ask("operations-off", ROLE).statusCode());
    }

    @Test
    @DisplayName("the operations endpoint tells holders and waiters to the role only, from WEB-INF/lib")
    void shouldTellTheRoleInWar() throws Exception {
        assertTellsTheRoleOnly("operations-war");
    }

    @Test
    @DisplayName("the operations endpoint tells holders and waiters to the role only, from an EAR's lib")
    void shouldTellTheRoleInEar() throws Exception {
        assertTellsTheRoleOnly("operations-ear");
    }

    @Test
    @DisplayName("the operations endpoint knows no domain that there is not, and says if the database cannot be asked")
    void shouldTellWhatItCannotTell() throws Exception {
        assertEquals(404, ask("operations-war", ROLE, "?domain=nowhere").statusCode());
        HttpResponse<String> response = ask("operations-unreachable", ROLE);
        assertEquals(503, response.statusCode());
        assertTrue(
                response.body().startsWith("{\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\"HOLDFAST-"),
                response::body);
        assertEquals(
                "application/problem+json",
                response.headers().firstValue("Content-Type").orElseThrow());
    }

    private void assertTellsTheRoleOnly(String deployment) throws Exception {
        assertEquals(403, ask(deployment, null).statusCode());
        assertEquals(403, ask(deployment, "visitor").statusCode());

        assertEquals("true", lock(deployment, "try"));
        JsonObject held = lock(deployment);
        assertEquals(1, held.getJsonArray("holders").size(), held.toString());
        assertEquals(0, held.getJsonArray("waiters").size(), held.toString());
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> awaitLock(Long.parseLong(held.getString("lockId"))));
        PgLocks.eventually(
                "the waiter is told",
                () -> lock(deployment).getJsonArray("waiters").size() == 1);
        assertEquals("true", lock(deployment, "release"));
        waiting.join();
    }

    private JsonObject lock(String deployment) {
        try {
            HttpResponse<String> response = ask(deployment, ROLE);
            assertEquals(200, response.statusCode(), response.body());
            assertEquals(
                    "no-store", response.headers().firstValue("Cache-Control").orElseThrow());
            return Json.createReader(new StringReader(response.body()))
                    .readObject()
                    .getJsonArray("locks")
                    .getValuesAs(JsonObject.class)
                    .stream()
                    .filter(lock -> KEY.equals(lock.getString("key", null)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(response.body()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> ask(String deployment, String role) throws Exception {
        return ask(deployment, role, "");
    }

    private HttpResponse<String> ask(String deployment, String role, String query) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create(Environment.url() + "/" + deployment + "/api/holdfast/locks" + query));
        if (role != null) {
            request.header("Role", role);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private String lock(String deployment, String what) throws Exception {
        URI uri = URI.create(Environment.url() + "/" + deployment + "/lock?do=" + what + "&key=" + KEY);
        return http.send(
                        HttpRequest.newBuilder(uri)
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    /** As another JVM would: it ends with its connection. */
    private static void awaitLock(long lockId) {
        try (Connection connection = Environment.database().connect();
                PreparedStatement statement = connection.prepareStatement("select pg_advisory_lock(?)")) {
            statement.setLong(1, lockId);
            statement.execute();
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }
}
