// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import java.sql.Connection;
import java.util.Arrays;

/** Recognizes the pools of application servers by the class of their connections, for hints in messages. */
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

    /** What else in this server may end or exchange a connection: a sentence after a space, or an empty text. */
    public String hint() {
        return hint;
    }
}
