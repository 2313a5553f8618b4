// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** The application's own work: a table on jdbc/work, which takes part in the caller's transaction. */
public final class Rows {

    private final String table;

    /** An empty table of this name. */
    public Rows(String name) {
        table = "rows_" + name;
        execute("drop table if exists " + table + "; create table " + table + " (id int)");
    }

    public void insert() {
        execute("insert into " + table + " values (1)");
    }

    private static void execute(String sql) {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The committed ones, unless the caller's transaction has inserted some. */
    public int count() {
        return ask("select count(*) from " + table);
    }

    /** The session that does the work of the caller's transaction. */
    public static int backendPid() {
        return ask("select pg_backend_pid()");
    }

    private static int ask(String sql) {
        try (Connection connection = dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static DataSource dataSource() {
        try {
            return (DataSource) new InitialContext().lookup("jdbc/work");
        } catch (NamingException e) {
            throw new IllegalStateException(e);
        }
    }
}
