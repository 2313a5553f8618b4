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
            create table if not exists event (
              id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
              node text not null, kind text not null, text text not null);
            create table if not exists lock_switch (
              one boolean primary key default true check (one), is_on boolean not null default true);
            insert into lock_switch default values on conflict do nothing;
            create table if not exists stampede (
              id int generated always as identity primary key, buyers int not null, use_lock boolean not null,
              started timestamptz not null default clock_timestamp(), ended timestamptz, failed int not null default 0);
            create table if not exists booking (
              stampede int not null, sold boolean not null, node text not null, waited_ms float8 not null,
              at timestamptz not null default clock_timestamp());
            create index if not exists booking_stampede on booking (stampede);
            create table if not exists report (tick bigint not null, node text not null);
            create index if not exists report_tick on report (tick);
            create table if not exists till (
              id int generated always as identity, node text not null, token text not null,
              opened timestamptz not null default clock_timestamp(), seen timestamptz not null default clock_timestamp(),
              gap_ms bigint);
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
