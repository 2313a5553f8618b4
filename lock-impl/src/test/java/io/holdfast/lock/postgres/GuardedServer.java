// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A server that does not trust one of its roles, and takes rights from it. It stops with the JVM. */
final class GuardedServer {

    /** Every role is trusted, except one. */
    static final PostgresNode NODE = start();

    private GuardedServer() {}

    private static PostgresNode start() {
        try {
            Path data = Path.of(System.getProperty("java.io.tmpdir"), "guarded-" + UUID.randomUUID());
            PostgresNode node = PostgresNode.initialize(data);
            Path hba = data.resolve("pg_hba.conf");
            Files.writeString(hba, "host all locked all scram-sha-256\n" + Files.readString(hba));
            node.start();
            node.execute("create role locked login password 'right'");
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PGSimpleDataSource asLocked(String password, String database) {
        PGSimpleDataSource dataSource = NODE.dataSource();
        dataSource.setUser("locked");
        dataSource.setPassword(password);
        dataSource.setDatabaseName(database);
        return dataSource;
    }

    /** A database of its own, whose catalogue the role may not read to the full. */
    static PGSimpleDataSource without(String right) throws SQLException {
        String name = "cut_" + System.nanoTime();
        NODE.execute("create database " + name);
        PGSimpleDataSource admin = NODE.dataSource();
        admin.setDatabaseName(name);
        execute(admin, "revoke " + right + " from public");
        return asLocked("right", name);
    }

    /** With the rights of a superuser. */
    static void executeThere(PGSimpleDataSource there, String sql) throws SQLException {
        PGSimpleDataSource admin = NODE.dataSource();
        admin.setDatabaseName(there.getDatabaseName());
        execute(admin, sql);
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
