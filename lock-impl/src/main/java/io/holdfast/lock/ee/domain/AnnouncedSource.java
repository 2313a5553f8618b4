// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.postgres.config.ConnectionSource;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reports where the first of its connections leads. */
final class AnnouncedSource implements ConnectionSource {

    /** Only what cannot contain credentials: parameters are left out, and URLs of other databases. */
    private static final Pattern PLAIN_URL = Pattern.compile("(jdbc:postgresql:[^?;@]*)(\\?.*)?");

    private final ConnectionSource source;
    private final Consumer<String> announcement;
    private final AtomicBoolean announced = new AtomicBoolean();

    AnnouncedSource(ConnectionSource source, Consumer<String> announcement) {
        this.source = source;
        this.announcement = announcement;
    }

    @Override
    public Connection open() throws SQLException {
        Connection connection = source.open();
        if (!announced.get()) {
            announce(connection);
        }
        return connection;
    }

    /** A pool may hand out a connection that is closed; then a later one is looked at. */
    private void announce(Connection connection) {
        String database;
        try {
            database = describe(connection.getMetaData());
        } catch (SQLException e) {
            return;
        }
        if (announced.compareAndSet(false, true)) {
            announcement.accept(database);
        }
    }

    private static String describe(DatabaseMetaData metaData) throws SQLException {
        Matcher url = PLAIN_URL.matcher(String.valueOf(metaData.getURL()));
        return url.matches() ? url.group(1) : metaData.getDatabaseProductName();
    }

    @Override
    public OptionalInt size() {
        return source.size();
    }
}
