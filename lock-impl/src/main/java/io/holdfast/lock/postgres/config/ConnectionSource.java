// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalInt;
import javax.sql.DataSource;

/**
 * Where connections come from. A locker calls its source on keeper threads only, so that its connections are in no
 * transaction. The locks of a transaction call a source of that transaction on the caller's thread.
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
     * How many connections there can be at once.
     *
     * @return the number; empty if it is not known or not limited
     */
    default OptionalInt size() {
        return OptionalInt.empty();
    }

    /**
     * The connections of a data source. The size of a pool is the one that it is configured with.
     *
     * @param dataSource a pool, or one that opens a new connection each time
     * @return the source
     */
    static ConnectionSource of(DataSource dataSource) {
        return new DataSourceConnections(dataSource);
    }
}
