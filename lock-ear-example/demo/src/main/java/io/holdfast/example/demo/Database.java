// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** What the launcher knows about its PostgreSQL. */
final class Database {

    private Database() {}

    /** The server's first process, if the server was started here. */
    static Optional<ProcessHandle> postmaster(TestDatabase database) {
        if (!database.kind().equals("embedded")) {
            return Optional.empty();
        }
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show data_directory")) {
            row.next();
            Path file = Path.of(row.getString(1)).resolve("postmaster.pid");
            return ProcessHandle.of(
                    Long.parseLong(Files.readAllLines(file).get(0).strip()));
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("PostgreSQL does not say which process it is", e);
        }
    }
}
