// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Makes the tables when the application starts; one server at a time, since all start together. */
@Singleton
@Startup
@TransactionManagement(TransactionManagementType.BEAN)
public class Schema {

    private static final String TABLES = """
            create table if not exists booking (sold boolean not null, node text not null);
            create table if not exists report (tick bigint not null, node text not null);
            create table if not exists till (
              id int generated always as identity, node text not null, opened timestamptz not null default now(),
              seen timestamptz not null default now(), gap_ms bigint);
            create table if not exists cash (
              till text primary key, takings bigint not null default 0, token text collate "C" not null default '');
            insert into cash (till) values ('till') on conflict do nothing;
            """;

    @Inject
    private Locker locker;

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    @PostConstruct
    void create() {
        try {
            locker.withLock(LockRequest.of("schema"), this::createTables);
        } catch (SQLException e) {
            throw new IllegalStateException("the tables of the box office could not be made", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting to make the tables", e);
        }
    }

    private Void createTables() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLES);
            return null;
        }
    }
}
