// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds the driver's connection behind a pool's. It is looked at, and aborted where the pool does not pass that on properly; SQL
 * runs through the pool's connection only. The driver's classes may not be visible from here, so they are not named.
 */
final class DriverConnection {

    private static final String PACKAGE = "org.postgresql.";
    private static final String WILDFLY = "org.jboss.";

    private DriverConnection() {}

    /** Empty if the pool does not show it, as Open Liberty's, or if it is of another driver. */
    static Optional<Connection> of(Connection connection) {
        boolean isWildFly = connection.getClass().getName().startsWith(WILDFLY);
        Connection found = isWildFly ? underlying(connection) : unwrapped(connection);
        return isDriver(found) ? Optional.of(found) : Optional.empty();
    }

    private static boolean isDriver(Connection connection) {
        return connection != null && connection.getClass().getName().startsWith(PACKAGE);
    }

    private static Connection unwrapped(Connection connection) {
        try {
            return connection.unwrap(Connection.class);
        } catch (SQLException | RuntimeException e) {
            return connection;
        }
    }

    /** The way of WildFly's pool, whose connection takes itself for the one that is asked for. */
    private static Connection underlying(Connection connection) {
        try {
            return (Connection)
                    connection.getClass().getMethod("getUnderlyingConnection").invoke(connection);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /**
     * Whether the pool gave out a connection that was closed behind its back, as far as it shows. No round trip. A closed one may
     * refuse to be unwrapped.
     */
    static boolean isClosed(Connection connection) throws SQLException {
        Optional<Connection> driver = of(connection);
        return driver.isPresent() ? driver.get().isClosed() : connection.isClosed();
    }

    /** The process id that the driver received when it connected: behind a pooler, an invented one. No round trip. */
    static OptionalInt backendPid(Connection connection) {
        return of(connection).map(DriverConnection::pidOf).orElse(OptionalInt.empty());
    }

    private static OptionalInt pidOf(Connection driver) {
        try {
            return OptionalInt.of(
                    (Integer) driver.getClass().getMethod("getBackendPID").invoke(driver));
        } catch (InvocationTargetException | IllegalAccessException | NoSuchMethodException | RuntimeException e) {
            return OptionalInt.empty();
        }
    }
}
