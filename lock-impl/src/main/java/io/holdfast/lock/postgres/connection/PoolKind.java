// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.connection;

import java.sql.Connection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of pools, which are recognized by the wrappers of their connections. Those of application servers have
 * settings that end or exchange a connection that is in use, and some look at the transaction of the thread that uses a
 * connection: docs/decisions/0013-callers-thread.md has the measurements.
 */
public enum PoolKind {
    WILDFLY(
            "org.jboss.jca.",
            "On WildFly, a flush-strategy other than FailingConnectionOnly can also cause this, and so can flushing the"
                    + " pool."),
    PAYARA(
            "com.sun.gjc.",
            "On Payara, connection-leak-reclaim and fail-all-connections, which must be false, can also cause this, and"
                    + " so can flushing or changing the pool."),
    /** Using a connection enlists it in the transaction of the thread, unless its data source is not transactional. */
    LIBERTY("com.ibm.ws.rsadapter.", "On Open Liberty, changing the data source in server.xml can also cause this."),
    HIKARI("com.zaxxer.hikari.", ""),
    /** There is no pool, or one that lends the driver's connections themselves. */
    DRIVER("org.postgresql.", ""),
    OTHER("", "");

    private final String wrappers;
    private final String hint;

    PoolKind(String wrappers, String hint) {
        this.wrappers = wrappers;
        this.hint = hint;
    }

    static PoolKind of(Connection connection) {
        String wrapper = connection.getClass().getName();
        return Arrays.stream(values())
                .filter(pool -> wrapper.startsWith(pool.wrappers))
                .findFirst()
                .orElse(OTHER);
    }

    /**
     * Returns the connection for statements on threads of the application, whatever transaction they have; null if
     * statements have to stay on keeper threads. WildFly's wrapper fails for a thread that is interrupted or whose
     * transaction has ended, so there it is the driver's connection, on which nothing but locks may be changed.
     */
    @Nullable
    Connection forAnyThread(Connection connection) {
        return switch (this) {
            case PAYARA, HIKARI, DRIVER -> connection;
            case WILDFLY -> DriverConnection.of(connection).orElse(null);
            case LIBERTY, OTHER -> null;
        };
    }

    /** Whether the pool leaves a connection alone while it is in use. */
    boolean isPlain() {
        return this == HIKARI || this == DRIVER;
    }

    /** Adds to a message which settings of this pool may be the cause, if it has such settings. */
    public String withHint(String message) {
        return hint.isEmpty() ? message : message + " " + hint;
    }
}
