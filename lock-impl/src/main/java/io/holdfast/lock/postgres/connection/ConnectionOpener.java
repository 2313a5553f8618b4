// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.connection;

import io.holdfast.lock.postgres.config.ConnectionSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

/**
 * Opens connections that are not closed. Some pools lend first the connection that was returned last, even if it was
 * closed. A closed connection is therefore returned only when the pool has lent another; but no more than two at a time
 * are kept from a pool that would replace them, and one is left to it.
 */
public final class ConnectionOpener {

    private static final int CLOSED_AT_ONCE = 2;
    private static final int CLOSED_IN_ALL = 20;

    private final ConnectionSource source;

    public ConnectionOpener(ConnectionSource source) {
        this.source = source;
    }

    /**
     * Blocks until there is a connection, and fails as the source does. The last of many closed ones is not replaced.
     *
     * @param use what to make of the connection, before the closed ones are returned, which may hang
     */
    public <T> T open(Function<Connection, T> use) throws SQLException {
        int most = Math.min(CLOSED_AT_ONCE, source.size().orElse(CLOSED_AT_ONCE + 1) - 1);
        Deque<Connection> closedOnes = new ArrayDeque<>(0);
        try {
            Connection connection = source.open();
            for (int i = 0; i < CLOSED_IN_ALL && DriverConnection.isClosed(connection); i++) {
                closedOnes.add(connection);
                if (closedOnes.size() > most) {
                    BorrowedConnection.closeDead(closedOnes.remove());
                }
                connection = source.open();
            }
            return use.apply(connection);
        } finally {
            closedOnes.forEach(BorrowedConnection::closeDead);
        }
    }
}
