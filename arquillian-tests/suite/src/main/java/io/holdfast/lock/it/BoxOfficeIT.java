// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.ArchivePath;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The example's EAR, as it is. */
@ArquillianTest
@RunAsClient
public class BoxOfficeIT {

    private static final int BUYERS = 100;

    @Deployment(testable = false)
    static EnterpriseArchive deployment() {
        return Archives.example();
    }

    @Test
    @DisplayName(
            "in a stampede of buyers, every seat is sold once, because the lock is held until the booking is committed")
    void shouldNotOversell() throws Exception {
        for (int i = 0; i < 3; i++) {
            JsonObject result = stampede();
            JsonObject show = send(Http.request("api/state")).getJsonObject("show");

            assertEquals(0, result.getInt("failed"));
            assertEquals(show.getInt("seats"), show.getInt("sold"));
            assertEquals(BUYERS - show.getInt("seats"), show.getInt("refused"));
            assertTrue(show.getJsonObject("stampede").getBoolean("useLock"));
        }
    }

    @Test
    @DisplayName("with the lock switched off, every buyer is served without the lock, and the report can run")
    void shouldSwitchLockOff() throws Exception {
        assertEquals(204, Http.send(useLock("false")).statusCode());
        try {
            assertEquals(0, stampede().getInt("failed"));
            JsonObject state = send(Http.request("api/state"));
            assertFalse(state.getBoolean("useLock"));
            JsonObject show = state.getJsonObject("show");
            assertFalse(show.getJsonObject("stampede").getBoolean("useLock"));
            assertEquals(BUYERS, show.getInt("sold") + show.getInt("refused"));
        } finally {
            assertEquals(204, Http.send(useLock("true")).statusCode());
        }
        assertEquals(400, Http.send(useLock("\"yes\"")).statusCode());
    }

    @Test
    @DisplayName("the state is also sent as a stream of events, with the lease and the token of each lock that this"
            + " node holds")
    void shouldSendState() throws Exception {
        PgLocks.eventually("the till is open", this::isTillOpen);
        HttpResponse<Stream<String>> response =
                HttpClient.newHttpClient().send(Http.request("api/state/events").build(), BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            List<JsonObject> states = lines.filter(line -> line.startsWith("data:"))
                    .limit(2)
                    .map(line -> Json.createReader(new StringReader(line.substring(5)))
                            .readObject())
                    .toList();
            JsonObject held = states.get(1).getJsonArray("held").getValuesAs(JsonObject.class).stream()
                    .filter(lock -> lock.getString("key").equals("till"))
                    .findFirst()
                    .orElseThrow();
            assertEquals("HELD", held.getString("state"));
            assertTrue(held.getInt("leaseLeftMillis") > 0);
            assertFalse(held.getString("token").isEmpty());
        }
    }

    private static JsonObject stampede() {
        return send(json(HttpRequest.newBuilder(URI.create(Environment.url() + "/api/stampede"))
                .POST(BodyPublishers.ofString("{\"buyers\": " + BUYERS + "}"))));
    }

    private static HttpRequest.Builder useLock(String value) {
        return json(HttpRequest.newBuilder(URI.create(Environment.url() + "/api/use-lock"))
                .PUT(BodyPublishers.ofString("{\"useLock\": " + value + "}")));
    }

    private static HttpRequest.Builder json(HttpRequest.Builder request) {
        return request.header("Content-Type", "application/json");
    }

    @Test
    @DisplayName("the page and its resources are served, and the operations endpoint shows who holds the till")
    void shouldServePage() throws Exception {
        for (String file : List.of("", "box-office.js", "box-office.css")) {
            assertEquals(200, Http.get(file).statusCode(), file);
        }
        PgLocks.eventually("the till is open", this::isTillOpen);
    }

    private boolean isTillOpen() {
        JsonObject operations = send(Http.request("api/holdfast/locks"));
        return operations.getJsonArray("locks").getValuesAs(JsonObject.class).stream()
                .anyMatch(lock -> lock.getString("key", "").equals("till")
                        && lock.getJsonArray("holders").size() == 1);
    }

    @Test
    @DisplayName("a till that has not noticed a later holder is refused by the token in its row; the worker continues"
            + " and reopens the till")
    void shouldRefuseStaleHolderAndOpenAgain() throws Exception {
        PgLocks.eventually("the till is open", this::isTillOpen);
        try (Connection connection = Environment.database().connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("update cash set token = 'ffffffff-ffffffffffffffff'");
            PgLocks.eventually("the till is closed", () -> !isTillOpen());
            long before = takings(statement);

            statement.executeUpdate("update cash set token = ''");

            PgLocks.eventually("the till takes money again", () -> takings(statement) > before);
        }
    }

    private static long takings(Statement statement) {
        try (ResultSet rows = statement.executeQuery("select takings from cash")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("the EAR's lib contains only the two Holdfast jars; no server API and no driver is packaged")
    void shouldPackageNothingOfTheServer() {
        EnterpriseArchive ear = Archives.example();

        assertEquals(Set.of("/lib/lock-api.jar", "/lib/lock-impl.jar"), entries(ear, "/lib/.+"));
        assertEquals(Set.of(), entries(ear.getAsType(JavaArchive.class, "/lock-ear-example-ejb.jar"), ".*/lib/.+"));
        assertEquals(
                Set.of(), entries(ear.getAsType(JavaArchive.class, "/lock-ear-example-web.war"), "/WEB-INF/lib/.+"));
        for (String jar : List.of("lock-api.jar", "lock-impl.jar")) {
            JavaArchive archive = ShrinkWrap.createFromZipFile(JavaArchive.class, Archives.file(jar));
            Set<String> classes = entries(archive, ".+\\.class");
            assertFalse(classes.isEmpty());
            assertTrue(classes.stream().allMatch(name -> name.startsWith("/io/holdfast/lock/")), classes::toString);
        }
    }

    private static Set<String> entries(Archive<?> archive, String pattern) {
        return archive.getContent().keySet().stream()
                .map(ArchivePath::get)
                .filter(path -> path.matches(pattern))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonObject send(HttpRequest.Builder request) {
        HttpResponse<String> response = Http.send(request);
        assertEquals(200, response.statusCode(), response::body);
        return Json.createReader(new StringReader(response.body())).readObject();
    }
}
