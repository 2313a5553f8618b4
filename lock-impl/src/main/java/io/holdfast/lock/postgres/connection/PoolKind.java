// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.connection;

import java.sql.Connection;
import java.util.Arrays;

/**
 * The pools of application servers, which are recognized by the wrappers of their connections. Each has settings that
 * end or exchange a connection that is in use.
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
    LIBERTY("com.ibm.ws.rsadapter.", "On Open Liberty, changing the data source in server.xml can also cause this."),
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

    /** Adds to a message which settings of this pool may be the cause, if it has such settings. */
    public String withHint(String message) {
        return hint.isEmpty() ? message : message + " " + hint;
    }
}
