// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/** initdb, pg_ctl and postgres, as a Maven artifact brings them. */
final class PostgresBinaries {

    /** Kept here since java.util.logging forgets the levels of loggers that nobody refers to. */
    private static final Logger EMBEDDED_LOG = Logger.getLogger("io.zonky.test.db.postgres.embedded");

    private static Path directory;

    private PostgresBinaries() {}

    /** The command line that runs one of them. */
    static List<String> command(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it does not see that it does.
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(directory().resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Only the library knows where it unpacks them, but a server that it has started knows it too. */
    private static synchronized Path directory() throws IOException {
        if (directory == null) {
            EMBEDDED_LOG.setLevel(Level.WARNING);
            Path files = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
            try (EmbeddedPostgres unpacked = EmbeddedPostgres.builder()
                            .setOverrideWorkingDirectory(files.toFile())
                            .setDataDirectory(files.resolve("data-" + UUID.randomUUID()))
                            .setServerConfig("unix_socket_directories", "")
                            .start();
                    Connection connection = unpacked.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("select setting from pg_config where name = 'BINDIR'")) {
                result.next();
                directory = Path.of(result.getString(1));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        return directory;
    }
}
