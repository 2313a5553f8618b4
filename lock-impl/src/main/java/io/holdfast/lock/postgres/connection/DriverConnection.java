// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Finds the driver's connection behind the connection of a pool. It is only looked at, and aborted if the pool does not
 * do that properly; statements use the pool's connection. The driver's classes may not be visible from here, so they
 * are not named.
 */
final class DriverConnection {

    private static final String PACKAGE = "org.postgresql.";
    private static final String WILDFLY = "org.jboss.";

    /**
     * Payara and Open Liberty unwrap to this, though not to the connection itself; null if the driver is not visible
     * here.
     */
    private static final @Nullable Class<?> INTERFACE = find("org.postgresql.PGConnection");

    private DriverConnection() {}

    /** Empty if the pool does not show it, as Open Liberty's does not, or if another driver made it. */
    static Optional<Connection> of(Connection connection) {
        boolean isWildFly = connection.getClass().getName().startsWith(WILDFLY);
        Connection found = isWildFly ? underlying(connection) : unwrapped(connection);
        return Optional.ofNullable(found).filter(DriverConnection::isDriver);
    }

    private static boolean isDriver(Connection connection) {
        return connection.getClass().getName().startsWith(PACKAGE);
    }

    private static Connection unwrapped(Connection connection) {
        try {
            return connection.unwrap(Connection.class);
        } catch (SQLException | RuntimeException e) {
            return connection;
        }
    }

    /** The connections of WildFly's pool have a method of their own for that, and unwrap to themselves. */
    private static @Nullable Connection underlying(Connection connection) {
        try {
            return (Connection)
                    connection.getClass().getMethod("getUnderlyingConnection").invoke(connection);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /**
     * Whether the pool has lent a connection that was closed without its knowledge, as far as that shows without a
     * round trip. A closed connection may fail to unwrap.
     */
    static boolean isClosed(Connection connection) throws SQLException {
        Optional<Connection> driver = of(connection);
        return driver.isPresent() ? driver.get().isClosed() : connection.isClosed();
    }

    private static @Nullable Class<?> find(String type) {
        try {
            return Class.forName(type, false, DriverConnection.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /**
     * The process id that the driver received when it connected, which a pooler may have invented. Needs no round trip.
     */
    static OptionalInt backendPid(Connection connection) {
        Optional<Connection> driver = of(connection);
        try {
            if (driver.isPresent()) {
                return pid(driver.get().getClass(), driver.get());
            }
            return INTERFACE == null ? OptionalInt.empty() : pid(INTERFACE, connection.unwrap(INTERFACE));
        } catch (ReflectiveOperationException | SQLException | RuntimeException e) {
            return OptionalInt.empty();
        }
    }

    private static OptionalInt pid(Class<?> type, Object driver) throws ReflectiveOperationException {
        return OptionalInt.of((Integer) type.getMethod("getBackendPID").invoke(driver));
    }
}
