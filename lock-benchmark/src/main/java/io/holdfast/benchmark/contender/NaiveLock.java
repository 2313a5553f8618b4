// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What people write by hand: borrow a connection, lock, unlock, return it. A waiter keeps its connection. */
final class NaiveLock implements Contender {

    static final String NAME = "naive lock";

    private record Held(Connection connection, long id) {}

    private final DataSource pool;

    NaiveLock(Environment environment) {
        this.pool = environment.pool();
    }

    @Override
    @SuppressWarnings("resource") // closed by release
    public @Nullable Object tryAcquire(String key) throws SQLException {
        long id = LockStatements.id(key);
        Connection connection = pool.getConnection();
        boolean granted = false;
        try (PreparedStatement statement = connection.prepareStatement(LockStatements.TRY)) {
            granted = LockStatements.ask(statement, id);
        } finally {
            closeUnless(granted, connection);
        }
        return granted ? new Held(connection, id) : null;
    }

    @Override
    @SuppressWarnings("resource") // closed by release
    public @Nullable Object acquire(String key, Duration atMost) throws SQLException {
        long id = LockStatements.id(key);
        Connection connection = pool.getConnection();
        boolean granted = false;
        try (PreparedStatement statement = connection.prepareStatement(LockStatements.WAIT)) {
            LockStatements.limitWaits(connection, atMost.toMillis());
            granted = LockStatements.waitFor(statement, id);
            LockStatements.limitWaits(connection, 0);
        } finally {
            closeUnless(granted, connection);
        }
        return granted ? new Held(connection, id) : null;
    }

    private static void closeUnless(boolean granted, Connection connection) throws SQLException {
        if (!granted) {
            connection.close();
        }
    }

    @Override
    public void release(Object held) throws SQLException {
        Held lock = (Held) held;
        try (Connection connection = lock.connection;
                PreparedStatement statement = connection.prepareStatement(LockStatements.UNLOCK)) {
            LockStatements.unlock(statement, lock.id);
        }
    }
}
