// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
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

/** The operations endpoint, which lists locks and ends their holders, from a WAR's WEB-INF/lib and an EAR's lib. */
@ArquillianTest
@RunAsClient
public class OperationsIT {

    private static final String ROLE = "holdfast-operator";
    private static final String TERMINATOR = "holdfast-terminator";
    private static final String KEY = "operations/1";

    @Deployment(name = "operations-off", testable = false)
    static WebArchive off() {
        return Archives.war("operations-off", ScanningApi.class, HeaderLogin.class);
    }

    @Deployment(name = "operations-war", testable = false)
    static WebArchive war() {
        return Archives.loggingFromStart(Archives.war(
                "operations-war",
                Map.of("holdfast.operations-role", ROLE, "holdfast.terminate-role", TERMINATOR),
                ScanningApi.class,
                HeaderLogin.class,
                LockServlet.class,
                LogServlet.class));
    }

    @Deployment(name = "operations-unreachable", testable = false)
    static WebArchive unreachable() {
        return Archives.war(
                "operations-unreachable",
                Map.of(
                        "holdfast.operations-role", ROLE,
                        "holdfast.terminate-role", TERMINATOR,
                        "holdfast.datasource", "jdbc/nowhere"),
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
                        .addClasses(Archives.withSuperclasses(ListingApi.class, HeaderLogin.class, LockServlet.class))
                        // WildFly injects nothing into the servlets of an EAR's WAR that has neither beans nor this.
                        .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml"));
    }

    @Test
    @DisplayName(
            "the operations endpoint is disabled unless a role is set, even if the server registers it automatically")
    void shouldBeOffByDefault() throws Exception {
        for (String method : List.of("GET", "HEAD", "OPTIONS")) {
            assertEquals(
                    404, Http.send(request("operations-off", method, ROLE, "")).statusCode(), method);
        }
        for (String deployment : List.of("operations-off", "operations-ear")) {
            assertEquals(404, end(deployment, TERMINATOR, "/1/sessions/1").statusCode(), deployment);
            assertEquals(
                    404,
                    Http.send(request(deployment, "OPTIONS", TERMINATOR, "/1/sessions/1"))
                            .statusCode(),
                    deployment);
        }
    }

    @Test
    @DisplayName("the operations endpoint answers OPTIONS with only the methods that the caller may use, and without"
            + " server details")
    void shouldTellWhatTheCallerMayDo() throws Exception {
        assertAllows(Set.of("GET", "HEAD", "OPTIONS"), ROLE, "");
        assertAllows(Set.of("OPTIONS"), "visitor", "");
        assertAllows(Set.of("DELETE", "OPTIONS"), TERMINATOR, "/1/sessions/1");
        assertAllows(Set.of("OPTIONS"), ROLE, "/1/sessions/1");
        HttpResponse<String> head = Http.send(request("operations-war", "HEAD", ROLE, ""));
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
    }

    private static void assertAllows(Set<String> methods, String role, String path) {
        for (String accepted : List.of("*/*", "application/vnd.sun.wadl+xml", "text/plain")) {
            HttpResponse<String> response =
                    Http.send(request("operations-war", "OPTIONS", role, path).header("Accept", accepted));
            assertEquals("", response.body());
            assertEquals(204, response.statusCode());
            assertEquals(
                    methods,
                    Set.of(response.headers()
                            .firstValue("Allow")
                            .orElseThrow()
                            .replace(" ", "")
                            .split(",")));
        }
    }

    @Test
    @DisplayName(
            "an operator with a dedicated role can forcibly end a holder's session, and the log names the operator")
    void shouldEndHolder() throws Exception {
        String key = "operations/end";
        assertEquals("true", lock("operations-war", "try", key));
        JsonObject held = find("operations-war", key);
        String session = "/" + held.getString("lockId") + "/sessions/"
                + held.getJsonArray("holders").getJsonObject(0).getInt("pid");
        assertEquals(403, end("operations-war", null, session).statusCode());
        assertEquals(403, end("operations-war", ROLE, session).statusCode());
        assertRefused(session, "Holdfast-Confirm", "");
        assertRefused(session, "Sec-Fetch-Site", "cross-site");
        assertRefused(session, "Origin", "https://evil.example.com");
        assertRefused(session, "Content-Type", "application/x-www-form-urlencoded");
        assertProblem(404, "", end("operations-war", TERMINATOR, session + "?domain=nowhere"));
        assertEquals("done", lock("operations-war", "refresh", key));

        HttpResponse<String> ended = end("operations-war", TERMINATOR, session, "Origin", Environment.url());

        assertEquals(204, ended.statusCode(), ended.body());
        assertEquals("LockNotHeldException", lock("operations-war", "refresh", key));
        assertEquals("done", lock("operations-war", "briefly", key));
        assertEquals("true", logged("operations-war", "HOLDFAST-0070", "'caller'", "'" + key + "'"));
        assertProblem(404, "HOLDFAST-0074", end("operations-war", TERMINATOR, session));
    }

    private static void assertRefused(String session, String header, String value) {
        assertProblem(403, "HOLDFAST-0072", end("operations-war", TERMINATOR, session, header, value));
    }

    @Test
    @DisplayName("the operations endpoint ends a session only if the session holds the given lock or waits for it")
    void shouldEndNothingElse() throws Exception {
        String key = "operations/else";
        String other = "operations/other";
        assertEquals("true", lock("operations-war", "try", key));
        assertEquals("true", lock("operations-war", "try", other));
        String lockId = find("operations-war", key).getString("lockId");
        int pid = find("operations-war", other)
                .getJsonArray("holders")
                .getJsonObject(0)
                .getInt("pid");

        assertProblem(404, "HOLDFAST-0074", end("operations-war", TERMINATOR, "/" + lockId + "/sessions/" + pid));
        assertProblem(400, "HOLDFAST-0073", end("operations-war", TERMINATOR, "/" + lockId + "/sessions/1a"));
        assertProblem(400, "HOLDFAST-0073", end("operations-war", TERMINATOR, "/x/sessions/" + pid));
        assertProblem(503, "HOLDFAST-", end("operations-unreachable", TERMINATOR, "/1/sessions/1"));

        for (String held : List.of(key, other)) {
            assertEquals("done", lock("operations-war", "refresh", held));
            assertEquals("true", lock("operations-war", "release", held));
        }
    }

    private static void assertProblem(int status, String id, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response::body);
        assertTrue(response.body().contains("\"status\":" + status), response::body);
        assertTrue(response.body().contains(id), response::body);
    }

    @Test
    @DisplayName("a role that a logged-in caller does not have is logged, because its name may be misspelled")
    void shouldLogMissedRole() throws Exception {
        assertEquals(403, ask("operations-war", "visitor").statusCode());
        assertEquals(
                "true",
                logged("operations-war", "HOLDFAST-0071", "'caller'", "'" + ROLE + "'", "holdfast.operations-role"));
    }

    @Test
    @DisplayName("the operations endpoint in WEB-INF/lib shows holders and waiters only to callers with the role")
    void shouldTellTheRoleInWar() throws Exception {
        assertTellsTheRoleOnly("operations-war");
    }

    @Test
    @DisplayName("the operations endpoint in an EAR's lib shows holders and waiters only to callers with the role")
    void shouldTellTheRoleInEar() throws Exception {
        assertTellsTheRoleOnly("operations-ear");
    }

    @Test
    @DisplayName("the operations endpoint answers 404 for an unknown domain, and 503 if the database cannot be queried")
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
                "the waiter is notified",
                () -> lock(deployment).getJsonArray("waiters").size() == 1);
        assertEquals("true", lock(deployment, "release"));
        waiting.join();
    }

    private static JsonObject lock(String deployment) {
        return find(deployment, KEY);
    }

    private static JsonObject find(String deployment, String key) {
        HttpResponse<String> response = ask(deployment, ROLE);
        assertEquals(200, response.statusCode(), response.body());
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElseThrow());
        assertEquals(
                "nosniff",
                response.headers().firstValue("X-Content-Type-Options").orElseThrow());
        return Json.createReader(new StringReader(response.body()))
                .readObject()
                .getJsonArray("locks")
                .getValuesAs(JsonObject.class)
                .stream()
                .filter(lock -> key.equals(lock.getString("key", null)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(response.body()));
    }

    private static HttpResponse<String> ask(String deployment, String role) {
        return ask(deployment, role, "");
    }

    private static HttpResponse<String> ask(String deployment, String role, String query) {
        return Http.send(request(deployment, "GET", role, query));
    }

    /** With these headers instead of the usual ones. */
    private static HttpResponse<String> end(String deployment, String role, String session, String... headers) {
        HttpRequest.Builder request =
                request(deployment, "DELETE", role, session).setHeader("Holdfast-Confirm", "terminate");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return Http.send(request);
    }

    private static HttpRequest.Builder request(String deployment, String method, String role, String path) {
        HttpRequest.Builder request =
                Http.request(deployment + "/api/holdfast/locks" + path).method(method, BodyPublishers.noBody());
        return role == null ? request : request.header("Role", role);
    }

    private static String lock(String deployment, String what) {
        return lock(deployment, what, KEY);
    }

    private static String lock(String deployment, String what, String key) {
        return new RemoteDeployment(deployment).lock(what, key);
    }

    private static String logged(String deployment, String... parts) {
        return new RemoteDeployment(deployment)
                .post("log?part="
                        + String.join(
                                "&part=",
                                Stream.of(parts)
                                        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8))
                                        .toList()));
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
