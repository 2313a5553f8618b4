// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Locks of a transaction, on a connection that is not the locker's. */
abstract class TransactionLocksTest extends LockerTest {

    static final String ADVISORY_LOCKS =
            "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()";
    final PostgresLocker locker = locker(CONFIG);
    final TransactionLocks locks = locker.transactionLocks();
    final LockRequest bound = request.scope(LockScope.TRANSACTION);
    final List<String> statements = new CopyOnWriteArrayList<>();
    Connection connection;

    @BeforeEach
    void begin() throws SQLException {
        connection = transaction();
        execute(connection, "create temporary table work (id int)");
        connection.commit();
    }

    @AfterEach
    void end() throws SQLException {
        connection.close();
    }

    Connection transaction() throws SQLException {
        Connection opened = Statements.watched(Databases.SHARED.connect(), statements::add);
        opened.setAutoCommit(false);
        return opened;
    }

    /** As a pool's: it is open still when the locks have closed it. */
    static ConnectionSource in(Connection connection) {
        return () -> JdbcProxy.unclosed(connection);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    boolean isHeldBy(Connection holder) throws SQLException {
        return server.holder(lockId) == Integer.parseInt(ask(holder, "select pg_backend_pid()"));
    }
}
