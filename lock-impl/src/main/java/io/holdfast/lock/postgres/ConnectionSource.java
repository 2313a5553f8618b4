// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** Where sessions come from. Called on keeper threads only, so that what it opens is in nobody's transaction. */
@FunctionalInterface
public interface ConnectionSource {

    /**
     * Opens or borrows a connection that nobody else uses until it is closed. May block.
     *
     * @return the connection
     * @throws SQLException if there is none
     */
    Connection open() throws SQLException;
}
