// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * What must be there before the server starts and after it has stopped: the database, and free ports. JUnit opens its session
 * before Arquillian reads arquillian.xml, which takes the values from system properties.
 */
public final class Environment implements LauncherSessionListener {

    /** Of two servers, the second of which only some tests start; and one where nobody listens. */
    private static final List<String> PORTS = List.of(
            "one.http.port",
            "one.management.port",
            "two.http.port",
            "two.management.port",
            "three.http.port",
            "three.management.port",
            "nowhere.port");

    private static final String ROLE = "holdfast_servers";

    private TestDatabase database;

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        database = TestDatabase.start();
        createServerRole();
        System.setProperty("postgres.server.url", database.url());
        for (String port : PORTS) {
            System.setProperty(port, Integer.toString(freePort()));
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        database.close();
    }

    /**
     * The role that the servers use. They have its password from the environment, as the recipes recommend; a superuser, since tests look
     * at all sessions and end them.
     */
    private void createServerRole() {
        String password = System.getenv("HOLDFAST_JDBC_PASSWORD");
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            if (database.kind().equals("embedded")) {
                requirePassword(statement);
            }
            statement.execute("do $do$ begin create role " + ROLE
                    + " superuser login; exception when duplicate_object then null; end $do$");
            statement.execute("alter role " + ROLE + " password '" + password + "'");
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("no role for the servers", e);
        }
        System.setProperty("postgres.server.user", ROLE);
        System.setProperty("postgres.server.password", password);
    }

    /** The embedded PostgreSQL trusts everybody otherwise, whatever the password is. */
    private static void requirePassword(Statement statement) throws SQLException, IOException {
        try (ResultSet rows = statement.executeQuery("show hba_file")) {
            rows.next();
            Path rules = Path.of(rows.getString(1));
            Files.writeString(rules, "host all " + ROLE + " all scram-sha-256\n" + Files.readString(rules));
        }
        statement.execute("select pg_reload_conf()");
    }

    /** For tests that look at the server from outside of the container. */
    static TestDatabase database() {
        return new TestDatabase(
                System.getProperty("postgres.server.url"),
                System.getProperty("postgres.server.user"),
                System.getProperty("postgres.server.password"),
                "external",
                () -> {});
    }

    /** A locker of this JVM, outside of the container. */
    static PostgresLocker locker() {
        return new PostgresLocker(LockerConfig.DEFAULT, database().dataSource()::getConnection, List.of());
    }

    /** Where the first server answers. */
    static String url() {
        return url("one");
    }

    /** Where a server answers. */
    static String url(String server) {
        return "http://127.0.0.1:" + System.getProperty(server + ".http.port");
    }

    /** Where the first server shows its metrics. */
    static String metrics() {
        return "http://127.0.0.1:" + System.getProperty(System.getProperty("metrics.port", "one.http.port"))
                + System.getProperty("metrics.path", "/metrics?scope=application");
    }

    /** The server's log, where the adapter does not hand over why a deployment failed; else empty. */
    static String log() {
        String file = System.getProperty("server.log");
        try {
            return file == null ? "" : Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file of the server's log. */
    static Path logFile() {
        return Path.of(System.getProperty("server.log", System.getProperty("log.file")));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
