// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A statement with its parameters, which knows how to read its own answer.
 *
 * @param <T> the answer
 */
public interface Query<T> {

    /**
     * The text of the statement. Every call for the same variant returns the same string, so that the driver finds the
     * statement that it has prepared for it.
     *
     * @return the text, with a question mark for each parameter
     */
    String text();

    /**
     * Sets the parameters.
     *
     * @param statement the prepared statement of {@link #text()}
     * @throws SQLException if the driver rejects one
     */
    default void bind(PreparedStatement statement) throws SQLException {}

    /**
     * Reads the answer.
     *
     * @param rows the last result of the statement, before its first row
     * @return the answer
     * @throws SQLException if it cannot be read
     */
    T read(ResultSet rows) throws SQLException;
}
