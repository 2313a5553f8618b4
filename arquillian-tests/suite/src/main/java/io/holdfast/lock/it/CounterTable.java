// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The row in which {@link io.holdfast.lock.it.beans.CounterEjb} counts. Used outside of the application server. */
final class CounterTable {

    private CounterTable() {}

    static void create() throws SQLException {
        execute("drop table if exists counter; create table counter (value bigint); insert into counter values (0)");
    }

    static void reset() throws SQLException {
        execute("update counter set value = 0");
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = Environment.database().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static long value() throws SQLException {
        try (Connection connection = Environment.database().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select value from counter")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
