// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.machine;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A PostgreSQL of this run, from Maven Central. Its settings are as shipped, except that it accepts more connections.
 * It flushes what is committed, which is checked, since embedded servers usually do not.
 */
public final class PostgresServer implements AutoCloseable {

    private static final int CONNECTIONS = 1200;

    /** Kept here because java.util.logging forgets the levels of loggers that nothing refers to. */
    private static final Logger LOG = Logger.getLogger("io.zonky.test.db.postgres.embedded");

    private final EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /** Starts it with its files in this directory. */
    public static PostgresServer start(Path directory) throws IOException, SQLException {
        LOG.setLevel(Level.WARNING);
        Path files = directory.resolve("embedded-pg");
        PostgresServer started = new PostgresServer(EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(files.toFile())
                .setDataDirectory(files.resolve("data-" + UUID.randomUUID()))
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", Integer.toString(CONNECTIONS))
                .setServerConfig("unix_socket_directories", "")
                .start());
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            if (!"on".equals(started.show(setting))) {
                started.close();
                throw new IllegalStateException(setting + " is " + started.show(setting));
            }
        }
        return started;
    }

    /** The JDBC URL without parameters. */
    public String url() {
        return "jdbc:postgresql://localhost:" + server.getPort() + "/postgres";
    }

    /** The version of the server. */
    public String version() throws SQLException {
        return show("server_version");
    }

    private String show(String setting) throws SQLException {
        return ask("show " + setting);
    }

    /** Asks the server on a new connection; the answer is the first value. */
    public String ask(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return String.valueOf(answer.getString(1));
        }
    }

    /** How many sessions hold advisory locks. */
    public int lockSessions() throws SQLException {
        return Integer.parseInt(
                ask("select count(distinct pid) from pg_locks where locktype = 'advisory' and granted"));
    }

    /** The process that started all others of the server. */
    long mainProcess() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("select pg_backend_pid()")) {
            answer.next();
            return ProcessHandle.of(answer.getLong(1))
                    .flatMap(ProcessHandle::parent)
                    .map(ProcessHandle::pid)
                    .orElse(0L);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
