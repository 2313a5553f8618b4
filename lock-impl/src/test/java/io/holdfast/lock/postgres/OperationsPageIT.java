// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Pages;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** The statements of docs/operations.md and docs/contract.md, as they are written, on the lock that they name. */
@Timeout(60)
class OperationsPageIT extends LockerTest {

    private static final String CREATE_DATABASE = "create database";

    private final PGSimpleDataSource database = (PGSimpleDataSource) Databases.SHARED.dataSource();

    private static List<String> statements(String page) {
        return Pages.blocks(Path.of("../docs", page), "sql").stream()
                .flatMap(block -> Arrays.stream(block.split(";")))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    @BeforeEach
    void createRole() throws SQLException {
        execute("create role app login");
    }

    @AfterEach
    void drop() throws SQLException {
        execute("drop table if exists account");
        execute("drop database if exists locks");
        execute("drop role app");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    @DisplayName("every statement of the page for operators runs")
    void shouldRunStatements() throws Exception {
        List<String> statements = statements("operations.md");
        assertTrue(statements.size() >= 10, statements::toString);
        // The database comes first, whatever the order of the sections.
        Stream<String> inOrder = Stream.concat(
                statements.stream().filter(statement -> statement.startsWith(CREATE_DATABASE)),
                statements.stream().filter(statement -> !statement.startsWith(CREATE_DATABASE)));

        for (String sql : inOrder.toList()) {
            try (Connection connection = database.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                if (sql.startsWith("update")) {
                    statement.setInt(1, 100);
                    statement.setString(2, "1");
                    statement.setInt(3, 7);
                    statement.setString(4, "1");
                }
                statement.execute();
            }
        }
    }

    @Test
    @DisplayName("the query of the contract shows who holds a lock, by its id")
    void shouldShowHolder() throws Exception {
        String sql = statements("contract.md").get(0);
        try (PostgresLocker locker = locker(LockerConfig.DEFAULT);
                LockHandle handle = locker.acquire(LockRequest.of("page/" + System.nanoTime()))) {
            assertEquals(1, rowsOf(sql, locker.lockId(handle.key())));
        }
    }

    private int rowsOf(String sql, long lockId) throws SQLException {
        int rows = 0;
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                if (result.getLong("lock_id") == lockId) {
                    rows++;
                }
            }
        }
        return rows;
    }
}
