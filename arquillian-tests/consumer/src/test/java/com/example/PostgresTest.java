// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresTest {

    @Test
    void shouldUseRealDatabase() throws SQLException {
        try (TestDatabase database = TestDatabase.start(Path.of("target"));
                Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet items = statement.executeQuery("select count(*) from generate_series(1, 42)")) {
            items.next();
            assertEquals(42, items.getInt(1));
        }
    }
}
