// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalInt;
import javax.sql.DataSource;

/**
 * The source of the connections behind sessions. The locker calls it on its keeper threads only, so that the
 * connections take part in no transaction. Only a source that opens connections of the caller's own transaction is
 * called on the caller's thread.
 */
@FunctionalInterface
public interface ConnectionSource {

    /**
     * Opens or borrows a connection that nobody else uses until it is closed. May block.
     *
     * @return the connection
     * @throws SQLException if there is none
     */
    Connection open() throws SQLException;

    /**
     * Returns how many connections there can be at once.
     *
     * @return the number; empty if it is not known or not limited
     */
    default OptionalInt size() {
        return OptionalInt.empty();
    }

    /**
     * Returns a source of connections from a data source, whose size is known if it is a pool that shows its size.
     *
     * @param dataSource a pool, or one that opens a new connection each time
     * @return the source
     */
    static ConnectionSource of(DataSource dataSource) {
        return new DataSourceConnections(dataSource);
    }
}
