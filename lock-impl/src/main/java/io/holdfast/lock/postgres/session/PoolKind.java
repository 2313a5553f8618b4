// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import java.sql.Connection;
import java.util.Arrays;

/** The pools of application servers, by whose wrapper a connection is: which settings end or swap a connection in use. */
public enum PoolKind {
    WILDFLY(
            "org.jboss.jca.",
            " On WildFly this is also done by flush-strategy other than FailingConnectionOnly, and by flushing the pool."),
    PAYARA(
            "com.sun.gjc.",
            " On Payara this is also done by connection-leak-reclaim and fail-all-connections, which must be false, and by"
                    + " flushing or changing the pool."),
    LIBERTY("com.ibm.ws.rsadapter.", " On Open Liberty this is also done by changing the data source in server.xml."),
    OTHER("", "");

    private final String wrappers;
    private final String settings;

    PoolKind(String wrappers, String settings) {
        this.wrappers = wrappers;
        this.settings = settings;
    }

    static PoolKind of(Connection connection) {
        String wrapper = connection.getClass().getName();
        return Arrays.stream(values())
                .filter(pool -> wrapper.startsWith(pool.wrappers))
                .findFirst()
                .orElse(OTHER);
    }

    /** A sentence with a blank before it, or nothing. */
    public String hint() {
        return settings;
    }
}
