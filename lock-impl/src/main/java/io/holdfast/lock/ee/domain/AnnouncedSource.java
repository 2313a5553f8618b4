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

/** Opens connections, and reports the database that the first one leads to. */
final class AnnouncedSource implements ConnectionSource {

    /**
     * The part of a URL that cannot contain credentials. Parameters are left out, and so are URLs of other databases.
     */
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

    /** A pool may return a connection that is closed. Then a later connection is used. */
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
