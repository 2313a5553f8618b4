// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.Connection;
import java.util.function.Consumer;

/** Reports to a test which statements a connection prepares. */
final class Statements {

    private Statements() {}

    static Connection watched(Connection connection, Consumer<String> prepared) {
        return JdbcProxy.connection((proxy, method, args) -> {
            if (method.getName().equals("prepareStatement")) {
                prepared.accept((String) args[0]);
            }
            return JdbcProxy.call(connection, method, args);
        });
    }
}
